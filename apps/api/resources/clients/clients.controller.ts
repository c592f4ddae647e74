import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import {
  createClient,
  deleteClient,
  getClient,
  listClients,
  updateClient,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import type { ProjectId } from '#kernel';
import {
  clientIdText,
  clientPatch,
  clientRequest,
  clientView as clientDocument,
  pageOf,
  type ClientPatch,
  type ClientRequest,
  type ClientView,
  type PageView,
} from '#node-protocol';
import { pageQuery, pageView, type PageQuery } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { clientView } from '../../views/client-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';

const clientName = clientIdText.meta({ description: 'what it is called, or its id', example: 'web1' });

/** Hosts with a scheduler and an agent. */
@ApiTags('clients')
@Controller('api/v1/clients')
export class ClientsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(clientDocument), {
    summary: 'List the clients of a project, and the central ones',
    fails: ['auth.forbidden'],
  })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<PageView<ClientView>> {
    return pageView(await listClients(this.parts, actor, project, query), query, clientView);
  }

  @Post()
  @Answers(clientDocument, {
    summary: 'Make a client; one that is there is brought up to date',
    description: 'A scheduler registers its client by itself. Central clients are for administrators.',
    status: 201,
    fails: ['auth.forbidden'],
    example: { clientId: 'web1', hostname: 'web1.example.org', description: 'the shop' },
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: clientRequest }) request: ClientRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ClientView> {
    const client = await createClient(this.parts, actor, project, request);
    createdAt(response, 'clients', client.clientId);
    return clientView(client);
  }

  @Get(':clientId')
  @Answers(clientDocument, { summary: 'Show a client', fails: ['auth.forbidden', 'client.missing'] })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('clientId', { schema: clientName }) clientId: string,
  ): Promise<ClientView> {
    return clientView(await getClient(this.parts, actor, project, clientId));
  }

  @Patch(':clientId')
  @Answers(clientDocument, {
    summary: 'Change a client; what is not given stays',
    fails: ['auth.forbidden', 'client.missing'],
    example: { description: 'the shop, behind the balancer' },
  })
  async update(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('clientId', { schema: clientName }) clientId: string,
    @Body({ schema: clientPatch }) patch: ClientPatch,
  ): Promise<ClientView> {
    return clientView(await updateClient(this.parts, actor, project, clientId, patch));
  }

  @Delete(':clientId')
  @Answers(undefined, {
    summary: 'Forget a client; its jobs, runs and backups stay',
    fails: ['auth.forbidden', 'client.missing'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('clientId', { schema: clientName }) clientId: string,
  ): Promise<void> {
    mustHaveBeen(await deleteClient(this.parts, actor, project, clientId), 'client.missing', clientId);
  }
}
