import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import {
  createSession,
  deleteSession,
  getSession,
  listSessions,
  replaceSession,
  updateSession,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import type { ProjectId, SessionId } from '#kernel';
import {
  pageOf,
  sessionPatch,
  sessionRequest,
  sessionView as sessionDocument,
  type PageView,
  type SessionPatch,
  type SessionRequest,
  type SessionView,
} from '#node-protocol';
import { pageQuery, pageView, type PageQuery } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { sessionView } from '../../views/session-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';
import { exampleSession, sessionId } from './session-example.js';

/** Jobs on several clients that run together. */
@ApiTags('sessions')
@Controller('api/v1/sessions')
export class SessionsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(sessionDocument), { summary: 'List the sessions of a project', fails: ['auth.forbidden'] })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<PageView<SessionView>> {
    return pageView(await listSessions(this.parts, actor, project, query), query, sessionView);
  }

  @Post()
  @Answers(sessionDocument, {
    summary: 'Make a session without jobs',
    status: 201,
    fails: ['auth.forbidden', 'metadata.duplicate'],
    example: exampleSession,
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: sessionRequest }) request: SessionRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const session = await createSession(this.parts, actor, project, request);
    createdAt(response, 'sessions', session.id);
    return sessionView(session);
  }

  @Get(':id')
  @Answers(sessionDocument, { summary: 'Show a session', fails: ['auth.forbidden', 'session.missing'] })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: sessionId }) id: SessionId,
  ): Promise<SessionView> {
    return sessionView(await getSession(this.parts, actor, project, id));
  }

  @Put(':id')
  @Answers(sessionDocument, {
    summary: 'Put a session in the place of the one with this id, or make it (then 201)',
    fails: ['auth.forbidden', 'metadata.duplicate'],
    example: { ...exampleSession, holdOff: 120 },
  })
  async replace(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: sessionId }) id: SessionId,
    @Body({ schema: sessionRequest }) request: SessionRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionView> {
    const { session, created } = await replaceSession(this.parts, actor, project, id, request);
    if (created) createdAt(response.status(201), 'sessions', session.id);
    return sessionView(session);
  }

  @Patch(':id')
  @Answers(sessionDocument, {
    summary: 'Change a session; what is not given stays',
    fails: ['auth.forbidden', 'session.missing'],
    example: { description: 'shop and database together, every night' },
  })
  async update(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: sessionId }) id: SessionId,
    @Body({ schema: sessionPatch }) patch: SessionPatch,
  ): Promise<SessionView> {
    return sessionView(await updateSession(this.parts, actor, project, id, patch));
  }

  @Delete(':id')
  @Answers(undefined, {
    summary: 'Delete a session; its jobs stay',
    fails: ['auth.forbidden', 'session.missing'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: sessionId }) id: SessionId,
  ): Promise<void> {
    mustHaveBeen(await deleteSession(this.parts, actor, project, id), 'session.missing', id);
  }
}
