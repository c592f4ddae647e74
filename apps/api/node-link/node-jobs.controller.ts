import { Body, Controller, Delete, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { acknowledgeJob, putJobFile, removeJobFile, type ControlParts } from '#control';
import type { Actor } from '#domain';
import { z, type JobId, type ProjectId } from '#kernel';
import {
  acknowledgeRequest,
  idText,
  jobFileGoneReply,
  jobFileRequest,
  jobView as jobDocument,
  type AcknowledgeRequest,
  type JobFileRequest,
  type JobView,
} from '#node-protocol';
import { Answers } from '../http/route.js';
import { CurrentActor, CurrentProject } from '../identity/actor.js';
import { CONTROL_PARTS } from '../tokens.js';
import { jobView } from '../views/job-view.js';
import { ofClient, type OfClient } from './of-client.js';

const fileName = z.string().min(1).max(255).describe('name of the file in the jobs directory');
/** Jobs as the files of a client say them, and what its scheduler has taken note of. */
@ApiTags('node link')
@Controller('api/v1/node')
export class NodeJobsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Put('job-files/:file')
  @Answers(jobDocument, {
    summary: 'Make the job of a file, or bring it up to date',
    fails: ['auth.forbidden'],
    example: {
      clientId: 'web1',
      digest: 'sha256:6f1ed002ab5595859014ebf0951522d9',
      job: {
        clientId: 'web1',
        description: 'pages of the shop',
        actions: [
          {
            settings: {
              action: 'backup',
              path_to_backup: '/var/www',
              backup_name: 'www',
              container: '/srv/backups',
            },
          },
        ],
        schedule: { hour: '2', minute: '30' },
      },
    },
  })
  async putFile(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('file', { schema: fileName }) file: string,
    @Body({ schema: jobFileRequest }) request: JobFileRequest,
  ): Promise<JobView> {
    return jobView(await putJobFile(this.parts, actor, project, file, request), this.parts.clock.now());
  }

  @Delete('job-files/:file')
  @Answers(jobFileGoneReply, {
    summary: 'Stop the job of a file that is gone',
    fails: ['auth.forbidden'],
  })
  async removeFile(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('file', { schema: fileName }) file: string,
    @Query({ schema: ofClient }) { clientId }: OfClient,
  ): Promise<{ stopped: boolean }> {
    return removeJobFile(this.parts, actor, project, file, clientId);
  }

  @Post('jobs/:id/acknowledgements')
  @Answers(jobDocument, {
    summary: 'Say that the scheduler has taken note of a job and of its event',
    fails: ['auth.forbidden', 'job.missing'],
    example: { clientId: 'web1', event: 'start', activation: 1, running: false },
  })
  async acknowledge(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: JobId,
    @Body({ schema: acknowledgeRequest }) request: AcknowledgeRequest,
  ): Promise<JobView> {
    return jobView(await acknowledgeJob(this.parts, actor, project, id, request), this.parts.clock.now());
  }
}
