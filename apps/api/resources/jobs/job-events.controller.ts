import { Body, Controller, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { sendJobEvent, type ControlParts } from '#control';
import type { Actor, JobEvent } from '#domain';
import type { JobId, ProjectId } from '#kernel';
import { jobEventReply, jobEventRequest } from '#node-protocol';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { jobId } from './job-example.js';

/** What people want of a job. */
@ApiTags('jobs')
@Controller('api/v1/jobs/:id/events')
export class JobEventsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Post()
  @Answers(jobEventReply, {
    summary: 'Start, stop or abort a job; its scheduler hears of it with its next poll',
    description:
      'start: run it now, also when it has completed · stop: no more runs · abort: cancel its run, and no more.',
    status: 202,
    fails: ['auth.forbidden', 'job.missing'],
    example: { event: 'start' },
  })
  async send(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: jobId }) id: JobId,
    @Body({ schema: jobEventRequest }) { event }: { event: JobEvent },
  ): Promise<{ result: string }> {
    return { result: await sendJobEvent(this.parts, actor, project, id, event) };
  }
}
