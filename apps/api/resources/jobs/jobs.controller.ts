import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import {
  createJob,
  deleteJob,
  getJob,
  listJobs,
  replaceJob,
  updateJob,
  type ControlParts,
  type JobWithActions,
} from '#control';
import type { Actor } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import {
  jobPatch,
  jobSpec,
  jobView as jobDocument,
  pageOf,
  type JobPatch,
  type JobSpec,
  type JobView,
  type PageView,
} from '#node-protocol';
import { ExaminedBody } from '../../http/examined-body.js';
import { pageView } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { jobView } from '../../views/job-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';
import { jobQuery, type JobQuery } from './job-query.js';
import { exampleJob, jobId } from './job-example.js';

/** Stored wishes: actions for a client, and when. */
@ApiTags('jobs')
@Controller('api/v1/jobs')
export class JobsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(jobDocument), { summary: 'List the jobs of a project', fails: ['auth.forbidden'] })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: jobQuery }) query: JobQuery,
  ): Promise<PageView<JobView>> {
    return pageView(await listJobs(this.parts, actor, project, query), query, (job) => this.#view(job));
  }

  @Post()
  @Answers(jobDocument, {
    summary: 'Make a job; without a schedule it runs once, as soon as its client hears of it',
    description: 'All problems of the document are answered at once, each with its place.',
    status: 201,
    fails: ['auth.forbidden', 'job.exists'],
    example: exampleJob,
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: jobSpec }) { value, problems }: ExaminedBody<JobSpec>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobView> {
    const job = await createJob(this.parts, actor, project, value, problems);
    createdAt(response, 'jobs', job.job.id);
    return this.#view(job);
  }

  @Get(':id')
  @Answers(jobDocument, { summary: 'Show a job', fails: ['auth.forbidden', 'job.missing'] })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: jobId }) id: JobId,
  ): Promise<JobView> {
    return this.#view(await getJob(this.parts, actor, project, id));
  }

  @Put(':id')
  @Answers(jobDocument, {
    summary: 'Put a job in the place of the one with this id, or make it (then 201)',
    fails: ['auth.forbidden', 'job.exists'],
    example: { ...exampleJob, schedule: { hour: '3', minute: '15', timezone: 'Europe/Berlin' } },
  })
  async replace(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: jobId }) id: JobId,
    @Body({ schema: jobSpec }) { value, problems }: ExaminedBody<JobSpec>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobView> {
    const { job, created } = await replaceJob(this.parts, actor, project, id, value, problems);
    if (created) createdAt(response.status(201), 'jobs', job.job.id);
    return this.#view(job);
  }

  @Patch(':id')
  @Answers(jobDocument, {
    summary:
      'Change a job; what is not given stays, a schedule and a list of actions are replaced as a whole',
    fails: ['auth.forbidden', 'job.missing'],
    example: { description: 'pages of the shop, every night' },
  })
  async update(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: jobId }) id: JobId,
    @Body({ schema: jobPatch }) { value, problems }: ExaminedBody<JobPatch>,
  ): Promise<JobView> {
    return this.#view(await updateJob(this.parts, actor, project, id, value, problems));
  }

  @Delete(':id')
  @Answers(undefined, {
    summary: 'Delete a job; its runs and backups stay',
    fails: ['auth.forbidden', 'job.missing'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: jobId }) id: JobId,
  ): Promise<void> {
    mustHaveBeen(await deleteJob(this.parts, actor, project, id), 'job.missing', id);
  }

  #view(job: JobWithActions): JobView {
    return jobView(job, this.parts.clock.now());
  }
}
