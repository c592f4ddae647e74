import { Body, Controller, Delete, Get, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createClient, deleteClient, getClient, listClients, type ControlParts } from '#control';
import type { Actor, Client } from '#domain';
import { Failure, isFailure, z, type ProjectId } from '#kernel';
import { CurrentActor } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import {
  clientRequestOf,
  freezerClient,
  freezerClientInfo,
  freezerClientOf,
  type FreezerClient,
  type FreezerClientInfo,
} from './documents/client-document.js';
import { FreezerAnswers, freezerId, FreezerLists, freezerProject } from './freezer-route.js';
import { FreezerList, type ListRequest } from './listing/list-request.js';
import { listed } from './listing/listed.js';

@ApiTags('freezer v2')
@Controller('v2/:project_id/clients')
export class FreezerClientsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @FreezerLists('clients', freezerClient, 'List the clients of a project')
  async list(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @FreezerList() request: ListRequest,
  ): Promise<{ clients: FreezerClient[] }> {
    const list = (options: object) => listClients(this.parts, actor, project, options);
    return { clients: await listed(request, list, freezerClientOf) };
  }

  @Post()
  @FreezerAnswers(z.object({ client_id: z.string() }), {
    summary: 'Register a client, or bring up to date what it can do',
    status: 201,
    refuses: { 409: 'it is a central client of another project' },
    example: {
      client_id: 'web1',
      hostname: 'web1',
      supported_actions: ['backup', 'restore'],
      supported_modes: ['fs'],
      supported_storages: ['local'],
      supported_engines: ['tar'],
    },
  })
  async register(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Body({ schema: freezerClientInfo }) info: FreezerClientInfo,
  ): Promise<{ client_id: string }> {
    const before = await this.#known(actor, project, info.client_id);
    const request = clientRequestOf(info, before, this.parts.allCapabilities);
    const client = await createClient(this.parts, actor, project, request);
    return { client_id: client.clientId };
  }

  @Get(':client_id')
  @FreezerAnswers(freezerClient, { summary: 'Show a client', refuses: { 404: 'there is none; no body' } })
  async show(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('client_id', { schema: freezerId }) id: string,
  ): Promise<FreezerClient> {
    return freezerClientOf(await getClient(this.parts, actor, project, id));
  }

  @Delete(':client_id')
  @FreezerAnswers(undefined, { summary: 'Forget a client; also when there is none' })
  async remove(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('client_id', { schema: freezerId }) id: string,
  ): Promise<void> {
    await deleteClient(this.parts, actor, project, id);
  }

  async #known(actor: Actor, project: ProjectId, clientId: string): Promise<Client | undefined> {
    try {
      const client = await getClient(this.parts, actor, project, clientId);
      if (client.clientId !== clientId) return undefined;
      if (client.project === project) return client;
    } catch (error) {
      if (isFailure(error, 'client.missing')) return undefined;
      throw error;
    }
    const words = `client ${clientId} is already registered by another project`;
    throw new Failure('metadata.duplicate', words, { client: clientId });
  }
}
