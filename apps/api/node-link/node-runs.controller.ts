import { Body, Controller, Inject, Param, Post, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { claimOccurrence, endpointsForRun, heartbeatRun, reportRun, type ControlParts } from '#control';
import type { Actor } from '#domain';
import type { ProjectId, RunId } from '#kernel';
import {
  claimReply,
  claimRequest,
  heartbeatReply,
  heartbeatRequest,
  idText,
  reportReply,
  reportRequest,
  runStoragesReply,
  runStoragesRequest,
  type ClaimReply,
  type ClaimRequest,
  type HeartbeatReply,
  type HeartbeatRequest,
  type ReportReply,
  type ReportRequest,
  type RunStoragesReply,
  type RunStoragesRequest,
} from '#node-protocol';
import { Answers } from '../http/route.js';
import { CurrentActor, CurrentProject } from '../identity/actor.js';
import { CONTROL_PARTS } from '../tokens.js';
import { jobView } from '../views/job-view.js';
import { runView } from '../views/run-view.js';

/** The life of a run, as the scheduler that holds it tells it. */
@ApiTags('node link')
@Controller('api/v1/node')
export class NodeRunsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Post('claims')
  @Answers(claimReply, {
    summary: 'Claim an occurrence of a job; sent again with the same claimId, the answer is the same run',
    fails: ['auth.forbidden', 'job.missing', 'run.already-claimed', 'run.transition-invalid'],
    example: {
      clientId: 'web1',
      jobId: '6f1ed002ab5595859014ebf0951522d9',
      jobRevision: 1,
      occurrence: 'once:1',
      dueAt: '2026-11-20T02:30:00.000Z',
      holder: 'b10a8db164e0754105b7a99be72e3fe5',
      claimId: 'd41d8cd98f00b204e9800998ecf8427e',
    },
  })
  async claim(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: claimRequest }) request: ClaimRequest,
  ): Promise<ClaimReply> {
    const { run, job, leaseMs, storages } = await claimOccurrence(this.parts, actor, project, request);
    return { run: runView(run), job: jobView(job, this.parts.clock.now()), leaseMs, storages: [...storages] };
  }

  @Post('runs/:id/storages')
  @Answers(runStoragesReply, {
    summary:
      'Get the storages that an action of a run names, with their secrets: for the scheduler that has claimed it',
    description: 'To be kept in memory for as long as it takes to begin; never to be written down.',
    fails: [
      ...(['auth.forbidden', 'run.missing', 'action.missing'] as const),
      ...(['run.lease-lost', 'run.transition-invalid'] as const),
    ],
    example: { fence: 1, claimId: 'd41d8cd98f00b204e9800998ecf8427e', action: 'backup-www' },
  })
  async storages(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RunId,
    @Body({ schema: runStoragesRequest }) request: RunStoragesRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RunStoragesReply> {
    response.setHeader('Cache-Control', 'no-store');
    return { storages: [...(await endpointsForRun(this.parts, actor, project, id, request))] };
  }

  @Post('runs/:id/heartbeats')
  @Answers(heartbeatReply, {
    summary: 'Keep a run alive, and hear whether it is to stop',
    fails: ['auth.forbidden', 'run.missing', 'run.lease-lost', 'run.transition-invalid'],
    example: { fence: 1, progress: { action: 0, attempt: 1, step: 'transfer', bytes: 1048576 } },
  })
  async heartbeat(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RunId,
    @Body({ schema: heartbeatRequest }) request: HeartbeatRequest,
  ): Promise<HeartbeatReply> {
    const { run, cancel } = await heartbeatRun(this.parts, actor, project, id, request);
    return { leaseUntil: run.leaseUntil.toISOString(), cancel };
  }

  @Put('runs/:id/report')
  @Answers(reportReply, {
    summary: 'Say how a run has ended, with the backups that it made; sent again, nothing happens twice',
    fails: ['auth.forbidden', 'run.missing', 'run.lease-lost', 'run.transition-invalid'],
    example: {
      fence: 1,
      state: 'succeeded',
      endedAt: '2026-11-20T02:31:12.000Z',
      exitCode: 0,
      attempts: [],
      bytesRead: 1048576,
      bytesStored: 524288,
      more: true,
      backups: [],
    },
  })
  async report(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RunId,
    @Body({ schema: reportRequest }) request: ReportRequest,
  ): Promise<ReportReply> {
    return { run: runView(await reportRun(this.parts, actor, project, id, request)) };
  }
}
