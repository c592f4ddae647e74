import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { requestRestore, type ControlParts } from '#control';
import type { Actor } from '#domain';
import type { ProjectId } from '#kernel';
import { jobView as jobDocument, restoreRequest, type JobView, type RestoreRequest } from '#node-protocol';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { jobView } from '../../views/job-view.js';
import { createdAt } from '../created.js';

/** Asking a client to bring something back. */
@ApiTags('restores')
@Controller('api/v1/restores')
export class RestoresController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Post()
  @Answers(jobDocument, {
    summary: 'Restore a backup to a directory of a client; answered with the job that does it',
    description: 'Its run is watched like any other: list the runs of that job.',
    status: 201,
    fails: ['auth.forbidden', 'backup.not-recorded', 'client.missing'],
    example: { backupId: '20261120T093415Z-4f7a9c21', target: '/srv/restored' },
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: restoreRequest }) request: RestoreRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobView> {
    const job = await requestRestore(this.parts, actor, project, request);
    createdAt(response, 'jobs', job.job.id);
    return jobView(job, this.parts.clock.now());
  }
}
