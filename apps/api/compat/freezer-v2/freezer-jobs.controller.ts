import { Body, Controller, Delete, Get, Inject, Param, Patch, Post } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { deleteJob, getJob, listJobs, sendJobEvent, type ControlParts, type ListOptions } from '#control';
import { mayDo, type Actor } from '#domain';
import { z, type JobId, type ProjectId } from '#kernel';
import { clientIdText, idText } from '#node-protocol';
import { CurrentActor } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { eventOf, freezerEvent, type FreezerEvent } from './documents/event-document.js';
import {
  freezerJob,
  freezerJobOf,
  freezerJobPatch,
  freezerJobRequest,
  type FreezerJob,
  type FreezerJobPatch,
} from './documents/job-document.js';
import { inFreezerWords } from './faults/in-freezer-words.js';
import { FreezerAnswers, freezerId, FreezerLists, freezerProject } from './freezer-route.js';
import { createFreezerJob, replaceFreezerJob, updateFreezerJob } from './job-changes.js';
import { EXAMPLE_JOB } from './job-example.js';
import { FreezerList, type ListRequest } from './listing/list-request.js';
import { listed } from './listing/listed.js';
import { demanded } from './listing/search.js';

const UNABLE = { 422: 'the client or an action is not there, or the client cannot do it' };

@ApiTags('freezer v2')
@Controller('v2/:project_id/jobs')
export class FreezerJobsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @FreezerLists('jobs', freezerJob, 'List the jobs of a project')
  @ApiQuery({ name: 'all_projects', required: false, schema: { type: 'boolean' } })
  async list(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @FreezerList() request: ListRequest,
  ): Promise<{ jobs: FreezerJob[] }> {
    // What schedulers ask for is found by the database: a job has one client, which no action says otherwise.
    const clientId = clientIdText.safeParse(demanded(request.search, 'client_id')).data;
    const filter = {
      clientId,
      // Whoever may not look everywhere asks for nothing more with it.
      everywhere: request.allProjects && mayDo(actor, 'administer', project),
    };
    const list = (options: ListOptions) => listJobs(this.parts, actor, project, { ...options, ...filter });
    return { jobs: await listed(request, list, freezerJobOf) };
  }

  @Post()
  @FreezerAnswers(z.object({ job_id: z.string() }), {
    summary: 'Make a job',
    status: 201,
    refuses: { 409: 'its id is taken', ...UNABLE },
    example: EXAMPLE_JOB,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Body({ schema: freezerJobRequest }) document: unknown,
  ): Promise<{ job_id: string }> {
    const { job } = await inFreezerWords(() => createFreezerJob(this.parts, actor, project, document));
    return { job_id: job.id };
  }

  @Get(':job_id')
  @FreezerAnswers(freezerJob, { summary: 'Show a job', refuses: { 404: 'there is none; no body' } })
  async show(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('job_id', { schema: freezerId }) id: JobId,
  ): Promise<FreezerJob> {
    return freezerJobOf(await getJob(this.parts, actor, project, id));
  }

  @Post(':job_id')
  @FreezerAnswers(z.object({ job_id: z.string(), version: z.string() }), {
    summary: 'Put a job in the place of the one with this id, or make it',
    status: 201,
    refuses: { 409: 'its id is taken', ...UNABLE },
    example: EXAMPLE_JOB,
  })
  async replace(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('job_id', { schema: idText }) id: JobId,
    @Body({ schema: freezerJobRequest }) document: unknown,
  ): Promise<{ job_id: string; version: string }> {
    await inFreezerWords(() => replaceFreezerJob(this.parts, actor, project, id, document));
    return { job_id: id, version: id };
  }

  @Patch(':job_id')
  @FreezerAnswers(z.object({ job_id: z.string(), version: z.int() }), {
    summary: 'Change a job; a scheduler reports so in job_schedule how far it has come',
    refuses: { 404: 'there is none', ...UNABLE },
    example: { description: 'pages of the shop' },
  })
  async update(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('job_id', { schema: freezerId }) id: JobId,
    @Body({ schema: freezerJobPatch }) document: FreezerJobPatch,
  ): Promise<{ job_id: string; version: number }> {
    await inFreezerWords(() => updateFreezerJob(this.parts, actor, project, id, document));
    return { job_id: id, version: 0 };
  }

  @Delete(':job_id')
  @FreezerAnswers(undefined, { summary: 'Delete a job; also when there is none' })
  async remove(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('job_id', { schema: freezerId }) id: JobId,
  ): Promise<void> {
    await deleteJob(this.parts, actor, project, id);
  }

  @Post(':job_id/event')
  @FreezerAnswers(z.object({ result: z.string() }), {
    summary: 'Start, stop or abort a job',
    status: 202,
    refuses: { 404: 'there is none' },
    example: { start: null },
  })
  async send(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('job_id', { schema: freezerId }) id: JobId,
    @Body({ schema: freezerEvent }) document: FreezerEvent,
  ): Promise<{ result: string }> {
    return { result: await sendJobEvent(this.parts, actor, project, id, eventOf(document)) };
  }
}
