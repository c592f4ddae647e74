import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { createUser, deleteUser, getUser, listUsers, setPassword, type ControlParts } from '#control';
import type { Actor } from '#domain';
import type { ProjectId } from '#kernel';
import {
  pageOf,
  passwordRequest,
  userRequest,
  userView as userDocument,
  type PageView,
  type UserRequest,
  type UserView,
} from '#node-protocol';
import { pageView } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { userView } from '../../views/user-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';
import { newUserDocument, passwordReply, userName, userQuery } from './user-documents.js';
import type { NewUserDocument, PasswordReply, UserQuery } from './user-documents.js';

/** Who may log in. For administrators, but for one's own password. */
@ApiTags('users')
@Controller('api/v1/users')
export class UsersController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(userDocument), { summary: 'List the users of all projects', fails: ['auth.forbidden'] })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: userQuery }) query: UserQuery,
  ): Promise<PageView<UserView>> {
    return pageView(await listUsers(this.parts, actor, project, query), query, userView);
  }

  @Post()
  @Answers(newUserDocument, {
    summary: 'Make a user; a password that was made is shown this once',
    status: 201,
    fails: ['auth.forbidden', 'user.exists'],
    example: { name: 'robin', roles: ['member'] },
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: userRequest }) request: UserRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NewUserDocument> {
    const { user, password } = await createUser(this.parts, actor, project, request);
    createdAt(response, 'users', user.name);
    return { user: userView(user), ...(password !== undefined && { password }) };
  }

  @Get(':user')
  @Answers(userDocument, { summary: 'Show a user', fails: ['auth.forbidden', 'user.missing'] })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('user', { schema: userName }) user: string,
  ): Promise<UserView> {
    return userView(await getUser(this.parts, actor, project, user));
  }

  @Put(':user/password')
  @Answers(passwordReply, {
    summary: 'Give a user another password; one that was made is shown this once',
    fails: ['auth.forbidden', 'user.missing'],
    example: { password: 'correct horse battery staple' },
  })
  async setPassword(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('user', { schema: userName }) user: string,
    @Body({ schema: passwordRequest }) { password }: PasswordReply,
  ): Promise<PasswordReply> {
    return setPassword(this.parts, actor, project, user, password);
  }

  @Delete(':user')
  @Answers(undefined, {
    summary: 'Delete a user; tokens of that user are refused within seconds',
    fails: ['auth.forbidden', 'user.missing', 'user.last-administrator'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('user', { schema: userName }) user: string,
  ): Promise<void> {
    mustHaveBeen(await deleteUser(this.parts, actor, project, user), 'user.missing', user);
  }
}
