import { Body, Controller, Delete, Get, Inject, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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
import { z, type ActionId, type ProjectId } from '#kernel';
import { idText } from '#node-protocol';
import { CurrentActor } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import {
  actionPatchOf,
  actionSpecOf,
  freezerAction,
  freezerActionOf,
  freezerActionPatch,
  freezerActionRequest,
  type FreezerAction,
  type FreezerActionPatch,
  type FreezerActionRequest,
} from './documents/action-document.js';
import { inFreezerWords } from './faults/in-freezer-words.js';
import { FreezerAnswers, freezerId, FreezerLists, freezerProject } from './freezer-route.js';
import { FreezerList, type ListRequest } from './listing/list-request.js';
import { listed } from './listing/listed.js';

const changed = z.object({ action_id: z.string(), version: z.string() });
type Changed = z.infer<typeof changed>;

const EXAMPLE = {
  freezer_action: {
    action: 'backup',
    path_to_backup: '/var/www',
    backup_name: 'www',
    container: '/srv/backups',
  },
  max_retries: 2,
  max_retries_interval: 60,
};

@ApiTags('freezer v2')
@Controller('v2/:project_id/actions')
export class FreezerActionsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @FreezerLists('actions', freezerAction, 'List the actions of a project')
  async list(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @FreezerList() request: ListRequest,
  ): Promise<{ actions: FreezerAction[] }> {
    const list = (options: object) => listActions(this.parts, actor, project, options);
    return { actions: await listed(request, list, freezerActionOf) };
  }

  @Post()
  @FreezerAnswers(z.object({ action_id: z.string() }), {
    summary: 'Make an action',
    status: 201,
    refuses: { 409: 'its id is taken' },
    example: EXAMPLE,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Body({ schema: freezerActionRequest }) document: FreezerActionRequest,
  ): Promise<{ action_id: string }> {
    return inFreezerWords(async () => {
      const action = await createAction(this.parts, actor, project, actionSpecOf(document));
      return { action_id: action.id };
    });
  }

  @Get(':action_id')
  @FreezerAnswers(freezerAction, { summary: 'Show an action', refuses: { 404: 'there is none; no body' } })
  async show(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('action_id', { schema: freezerId }) id: ActionId,
  ): Promise<FreezerAction> {
    return freezerActionOf(await getAction(this.parts, actor, project, id));
  }

  @Post(':action_id')
  @FreezerAnswers(changed, {
    summary: 'Put an action in the place of the one with this id, or make it',
    status: 201,
    refuses: { 409: 'its id is taken' },
    example: EXAMPLE,
  })
  async replace(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('action_id', { schema: idText }) id: ActionId,
    @Body({ schema: freezerActionRequest }) document: FreezerActionRequest,
  ): Promise<Changed> {
    return inFreezerWords(async () => {
      await replaceAction(this.parts, actor, project, id, actionSpecOf(document));
      return { action_id: id, version: id };
    });
  }

  @Patch(':action_id')
  @FreezerAnswers(changed, {
    summary: 'Change an action; what is not given stays, freezer_action is replaced as a whole',
    refuses: { 404: 'there is none' },
    example: { max_retries: 1 },
  })
  async update(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('action_id', { schema: freezerId }) id: ActionId,
    @Body({ schema: freezerActionPatch }) document: FreezerActionPatch,
  ): Promise<Changed> {
    return inFreezerWords(async () => {
      await updateAction(this.parts, actor, project, id, actionPatchOf(document));
      return { action_id: id, version: id };
    });
  }

  @Delete(':action_id')
  @FreezerAnswers(undefined, { summary: 'Delete an action, also from its jobs; also when there is none' })
  async remove(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('action_id', { schema: freezerId }) id: ActionId,
  ): Promise<void> {
    await deleteAction(this.parts, actor, project, id);
  }
}
