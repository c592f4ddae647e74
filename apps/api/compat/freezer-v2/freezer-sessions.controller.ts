import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  addSessionJob,
  createSession,
  deleteSession,
  getSession,
  listSessions,
  removeSessionJob,
  replaceSession,
  updateSession,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import { z, type JobId, type ProjectId, type SessionId } from '#kernel';
import { idText } from '#node-protocol';
import { CurrentActor } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import {
  freezerSession,
  freezerSessionOf,
  freezerSessionRequest,
  sessionPatchOf,
  sessionRequestOf,
  type FreezerSession,
  type FreezerSessionRequest,
} from './documents/session-document.js';
import { FreezerAnswers, freezerId, FreezerLists, freezerProject } from './freezer-route.js';
import { FreezerList, type ListRequest } from './listing/list-request.js';
import { listed } from './listing/listed.js';

const EXAMPLE = { description: 'shop and database together', schedule: { schedule_interval: '1 days' } };

@ApiTags('freezer v2')
@Controller('v2/:project_id/sessions')
export class FreezerSessionsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @FreezerLists('sessions', freezerSession, 'List the sessions of a project')
  async list(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @FreezerList() request: ListRequest,
  ): Promise<{ sessions: FreezerSession[] }> {
    const list = (options: object) => listSessions(this.parts, actor, project, options);
    return { sessions: await listed(request, list, freezerSessionOf) };
  }

  @Post()
  @FreezerAnswers(z.object({ session_id: z.string() }), {
    summary: 'Make a session; its id is made by the API',
    status: 201,
    example: EXAMPLE,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Body({ schema: freezerSessionRequest }) document: FreezerSessionRequest,
  ): Promise<{ session_id: string }> {
    const session = await createSession(this.parts, actor, project, sessionRequestOf(document));
    return { session_id: session.id };
  }

  @Get(':session_id')
  @FreezerAnswers(freezerSession, { summary: 'Show a session', refuses: { 404: 'there is none; no body' } })
  async show(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('session_id', { schema: freezerId }) id: SessionId,
  ): Promise<FreezerSession> {
    return freezerSessionOf(await getSession(this.parts, actor, project, id));
  }

  @Post(':session_id')
  @FreezerAnswers(z.object({ session_id: z.string(), version: z.string() }), {
    summary: 'Put a session in the place of the one with this id, or make it',
    status: 201,
    refuses: { 409: 'its id is taken' },
    example: EXAMPLE,
  })
  async replace(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('session_id', { schema: idText }) id: SessionId,
    @Body({ schema: freezerSessionRequest }) document: FreezerSessionRequest,
  ): Promise<{ session_id: string; version: string }> {
    await replaceSession(this.parts, actor, project, id, sessionRequestOf(document));
    return { session_id: id, version: id };
  }

  @Patch(':session_id')
  @FreezerAnswers(z.object({ session_id: z.string(), version: z.int() }), {
    summary: 'Change a session; what is not given stays',
    refuses: { 404: 'there is none' },
    example: { hold_off: 60 },
  })
  async update(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('session_id', { schema: freezerId }) id: SessionId,
    @Body({ schema: freezerSessionRequest }) document: FreezerSessionRequest,
  ): Promise<{ session_id: string; version: number }> {
    await updateSession(this.parts, actor, project, id, sessionPatchOf(document));
    return { session_id: id, version: 0 };
  }

  @Delete(':session_id')
  @FreezerAnswers(undefined, { summary: 'Delete a session; also when there is none' })
  async remove(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('session_id', { schema: freezerId }) id: SessionId,
  ): Promise<void> {
    await deleteSession(this.parts, actor, project, id);
  }

  @Put(':session_id/jobs/:job_id')
  @FreezerAnswers(undefined, {
    summary: 'Add a job to a session',
    refuses: { 404: 'one of them is not there' },
  })
  async addJob(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('session_id', { schema: freezerId }) id: SessionId,
    @Param('job_id', { schema: freezerId }) job: JobId,
  ): Promise<void> {
    await addSessionJob(this.parts, actor, project, id, job);
  }

  @Delete(':session_id/jobs/:job_id')
  @FreezerAnswers(undefined, {
    summary: 'Take a job out of a session',
    refuses: { 404: 'one of them is not there' },
  })
  async removeJob(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('session_id', { schema: freezerId }) id: SessionId,
    @Param('job_id', { schema: freezerId }) job: JobId,
  ): Promise<void> {
    await removeSessionJob(this.parts, actor, project, id, job);
  }
}
