import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  updateEndpoint,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import type { ProjectId } from '#kernel';
import {
  idText,
  pageOf,
  storagePatch,
  storageRequest,
  storageView as storageDocument,
  type PageView,
  type StoragePatch,
  type StorageRequest,
  type StorageView,
} from '#node-protocol';
import { pageQuery, pageView, type PageQuery } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { storageView } from '../../views/storage-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';

const storageId = idText.meta({ example: 'office' });
const EXAMPLE = {
  name: 'office',
  kind: 'sftp',
  description: 'the cellar of the other house',
  settings: { host: 'nas.example.org', user: 'firn', container: '/srv/backups' },
  secrets: { password: { value: 'ohn7Fahb' } },
};

/** Where backups are kept: kind, place and credentials under a name that jobs say. */
@ApiTags('storages')
@Controller('api/v1/storages')
export class StoragesController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(storageDocument), { summary: 'List the storages of a project', fails: ['auth.forbidden'] })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<PageView<StorageView>> {
    return pageView(await listEndpoints(this.parts, actor, project, query), query, storageView);
  }

  @Post()
  @Answers(storageDocument, {
    summary: 'Make a storage that jobs can name',
    description: 'A secret that is given is sealed, and shown as `{"sealed": true}` from then on.',
    status: 201,
    fails: ['auth.forbidden', 'metadata.duplicate'],
    example: EXAMPLE,
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: storageRequest }) request: StorageRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StorageView> {
    const endpoint = await createEndpoint(this.parts, actor, project, request);
    createdAt(response, 'storages', endpoint.id);
    return storageView(endpoint);
  }

  @Get(':id')
  @Answers(storageDocument, {
    summary: 'Show a storage, by id or name',
    fails: ['auth.forbidden', 'storage.missing'],
  })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: storageId }) id: string,
  ): Promise<StorageView> {
    return storageView(await getEndpoint(this.parts, actor, project, id));
  }

  @Patch(':id')
  @Answers(storageDocument, {
    summary: 'Change a storage; what is not given stays, settings are replaced whole, secrets one by one',
    fails: ['auth.forbidden', 'metadata.duplicate', 'storage.missing'],
    example: { description: 'moved', secrets: { password: { file: '/etc/firn/nas-password' } } },
  })
  async update(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: storageId }) id: string,
    @Body({ schema: storagePatch }) patch: StoragePatch,
  ): Promise<StorageView> {
    return storageView(await updateEndpoint(this.parts, actor, project, id, patch));
  }

  @Delete(':id')
  @Answers(undefined, {
    summary: 'Forget a storage that no job uses; what is stored there stays',
    fails: ['auth.forbidden', 'storage.missing'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: storageId }) id: string,
  ): Promise<void> {
    mustHaveBeen(await deleteEndpoint(this.parts, actor, project, id), 'storage.missing', id);
  }
}
