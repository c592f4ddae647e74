import { Controller, Delete, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { addSessionJob, removeSessionJob, type ControlParts } from '#control';
import type { Actor } from '#domain';
import type { JobId, ProjectId, SessionId } from '#kernel';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { jobId } from '../jobs/job-example.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { sessionId } from './session-example.js';

/** Which jobs belong to a session. */
@ApiTags('sessions')
@Controller('api/v1/sessions/:id/jobs')
export class SessionJobsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Put(':jobId')
  @Answers(undefined, {
    summary: 'Add a job to a session',
    fails: ['auth.forbidden', 'session.missing', 'job.missing'],
  })
  async add(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: sessionId }) id: SessionId,
    @Param('jobId', { schema: jobId }) job: JobId,
  ): Promise<void> {
    await addSessionJob(this.parts, actor, project, id, job);
  }

  @Delete(':jobId')
  @Answers(undefined, {
    summary: 'Take a job out of a session',
    fails: ['auth.forbidden', 'session.missing', 'job.missing'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: sessionId }) id: SessionId,
    @Param('jobId', { schema: jobId }) job: JobId,
  ): Promise<void> {
    await removeSessionJob(this.parts, actor, project, id, job);
  }
}
