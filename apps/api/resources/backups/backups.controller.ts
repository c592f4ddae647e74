import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import {
  deleteBackup,
  getBackup,
  listBackups,
  recordBackup,
  updateBackup,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import type { ProjectId, RecordId } from '#kernel';
import {
  backupPatch,
  backupRequest,
  backupView as backupDocument,
  idText,
  pageOf,
  type BackupPatch,
  type BackupRequest,
  type BackupView,
  type PageView,
} from '#node-protocol';
import { pageView } from '../../http/page.js';
import { Answers } from '../../http/route.js';
import { CurrentActor, CurrentProject } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import { backupView } from '../../views/backup-view.js';
import { createdAt } from '../created.js';
import { mustHaveBeen } from '../removed.js';
import { backupQuery, type BackupQuery } from './backup-query.js';

/** Stored backups as the API remembers them; deleting a record deletes no backup. */
@ApiTags('backups')
@Controller('api/v1/backups')
export class BackupsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @Answers(pageOf(backupDocument), { summary: 'List the backups of a project', fails: ['auth.forbidden'] })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Query({ schema: backupQuery }) query: BackupQuery,
  ): Promise<PageView<BackupView>> {
    return pageView(await listBackups(this.parts, actor, project, query), query, backupView);
  }

  @Post()
  @Answers(backupDocument, {
    summary: 'Remember a backup that was made without a job',
    description: 'Its metadata are what `firn-agent backup --metadata-out` writes.',
    status: 201,
    fails: ['auth.forbidden'],
    example: {
      clientId: 'web1',
      metadata: {
        backup_id: '20261120T093415Z-4f7a9c21',
        backup_name: 'www',
        hostname: 'web1.example.org',
        container: '/srv/backups',
        storage: 'local',
        level: 0,
      },
    },
  })
  async create(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Body({ schema: backupRequest }) request: BackupRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BackupView> {
    const record = await recordBackup(this.parts, actor, project, request);
    createdAt(response, 'backups', record.id);
    return backupView(record);
  }

  @Get(':id')
  @Answers(backupDocument, { summary: 'Show a backup', fails: ['auth.forbidden', 'backup.not-recorded'] })
  async show(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RecordId,
  ): Promise<BackupView> {
    return backupView(await getBackup(this.parts, actor, project, id));
  }

  @Patch(':id')
  @Answers(backupDocument, {
    summary: 'Change what is remembered of a backup; metadata are added to those that are there',
    fails: ['auth.forbidden', 'backup.not-recorded'],
    example: { status: 'available', metadata: { note: 'before the move' } },
  })
  async update(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RecordId,
    @Body({ schema: backupPatch }) patch: BackupPatch,
  ): Promise<BackupView> {
    return backupView(await updateBackup(this.parts, actor, project, id, patch));
  }

  @Delete(':id')
  @Answers(undefined, {
    summary: 'Forget a backup; what is stored stays',
    fails: ['auth.forbidden', 'backup.not-recorded'],
  })
  async remove(
    @CurrentActor() actor: Actor,
    @CurrentProject() project: ProjectId,
    @Param('id', { schema: idText }) id: RecordId,
  ): Promise<void> {
    mustHaveBeen(await deleteBackup(this.parts, actor, project, id), 'backup.not-recorded', id);
  }
}
