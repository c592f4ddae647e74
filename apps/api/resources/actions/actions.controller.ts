import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import {
  createAction,
  deleteAction,
  getAction,
  listActions,
  replaceAction,
  updateAction,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import type { ActionId, ProjectId } from '#kernel';
import {
  actionSpec,
  actionView as actionDocument,
  idText,
  pageOf,
  type ActionSpec,
  type ActionView,
  type PageView,
} from '#node-protocol';
import { pageQuery, pageView, type PageQuery } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { actionView } from '../../views/job-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';

const actionId = idText.meta({ example: 'backup-www' });
const SETTINGS = {
  action: 'backup',
  path_to_backup: '/var/www',
  backup_name: 'www',
  container: '/srv/backups',
};
const actionPatch = actionSpec.omit({ id: true }).partial().meta({ id: 'ActionPatch' });

/** What jobs do; several jobs may share one. */
@ApiTags('actions')
@Controller('api/v1/actions')
export class ActionsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(actionDocument), { summary: 'List the actions of a project', fails: ['auth.forbidden'] })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<PageView<ActionView>> {
    return pageView(await listActions(this.parts, actor, project, query), query, actionView);
  }

  @Post()
  @Answers(actionDocument, {
    summary: 'Make an action that jobs can refer to',
    status: 201,
    fails: ['auth.forbidden', 'action.exists'],
    example: { id: 'backup-www', settings: SETTINGS },
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: actionSpec }) spec: ActionSpec,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ActionView> {
    const action = await createAction(this.parts, actor, project, spec);
    createdAt(response, 'actions', action.id);
    return actionView(action);
  }

  @Get(':id')
  @Answers(actionDocument, { summary: 'Show an action', fails: ['auth.forbidden', 'action.missing'] })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: actionId }) id: ActionId,
  ): Promise<ActionView> {
    return actionView(await getAction(this.parts, actor, project, id));
  }

  @Put(':id')
  @Answers(actionDocument, {
    summary: 'Put an action in the place of the one with this id, or make it (then 201)',
    fails: ['auth.forbidden', 'action.exists'],
    example: { settings: { ...SETTINGS, max_level: 6 }, maxRetries: 2 },
  })
  async replace(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: actionId }) id: ActionId,
    @Body({ schema: actionSpec }) spec: ActionSpec,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ActionView> {
    const { action, created } = await replaceAction(this.parts, actor, project, id, spec);
    if (created) createdAt(response.status(201), 'actions', action.id);
    return actionView(action);
  }

  @Patch(':id')
  @Answers(actionDocument, {
    summary: 'Change an action, for all jobs that use it; settings are replaced as a whole',
    fails: ['auth.forbidden', 'action.missing'],
    example: { maxRetries: 1, maxRetriesInterval: 60, mandatory: true },
  })
  async update(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: actionId }) id: ActionId,
    @Body({ schema: actionPatch }) patch: Partial<ActionSpec>,
  ): Promise<ActionView> {
    return actionView(await updateAction(this.parts, actor, project, id, patch));
  }

  @Delete(':id')
  @Answers(undefined, {
    summary: 'Delete an action, also from the jobs that use it',
    fails: ['auth.forbidden', 'action.missing'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: actionId }) id: ActionId,
  ): Promise<void> {
    mustHaveBeen(await deleteAction(this.parts, actor, project, id), 'action.missing', id);
  }
}
