import { Body, Controller, Get, Inject, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { pollJobs, registerClient, type ControlParts } from '#control';
import type { Actor } from '#domain';
import type { ProjectId } from '#kernel';
import {
  pollReply,
  registerReply,
  registerRequest,
  type PollReply,
  type RegisterReply,
  type RegisterRequest,
} from '#node-protocol';
import { Answers } from '../http/route.js';
import { CurrentActor, CurrentProject } from '../identity/actor.js';
import { CONTROL_PARTS } from '../tokens.js';
import { clientView } from '../views/client-view.js';
import { jobView } from '../views/job-view.js';
import { ofClient, type OfClient } from './of-client.js';

/** Who a scheduler is, and what there is for it to do. */
@ApiTags('node link')
@Controller('api/v1/node')
export class NodeClientsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Put('client')
  @Answers(registerReply, {
    summary: 'Register the client of a scheduler, or bring it up to date',
    fails: ['auth.forbidden'],
    example: {
      clientId: 'web1',
      hostname: 'web1.example.org',
      capabilities: { actions: ['backup', 'restore'], modes: ['fs'], storages: ['local'], engines: ['tar'] },
      timezone: 'Europe/Berlin',
      program: 'firn 0.1.0',
    },
  })
  async register(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: registerRequest }) request: RegisterRequest,
  ): Promise<RegisterReply> {
    const { client, leaseMs, now } = await registerClient(this.parts, actor, project, request);
    return { client: clientView(client), leaseMs, now: now.toISOString() };
  }

  @Get('jobs')
  @Answers(pollReply, {
    summary: 'Get the jobs of a client, and the runs that it is to stop',
    fails: ['auth.forbidden', 'client.missing'],
  })
  async poll(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: ofClient }) { clientId }: OfClient,
  ): Promise<PollReply> {
    const { now, jobs, cancel } = await pollJobs(this.parts, actor, project, clientId);
    return { now: now.toISOString(), jobs: jobs.map((job) => jobView(job, now)), cancel: [...cancel] };
  }
}
