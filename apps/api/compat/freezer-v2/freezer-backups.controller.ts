import { Body, Controller, Delete, Get, Inject, Param, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  deleteBackup,
  getBackup,
  listBackups,
  recordBackup,
  updateBackup,
  type ControlParts,
} from '#control';
import type { Actor } from '#domain';
import { z, type ProjectId, type RecordId } from '#kernel';
import { CurrentActor } from '../../identity/actor.js';
import { CONTROL_PARTS } from '../../tokens.js';
import {
  backupPatchOf,
  freezerBackup,
  freezerBackupOf,
  freezerBackupPatch,
  freezerBackupRequest,
  type FreezerBackup,
  type FreezerBackupPatch,
  type FreezerBackupRequest,
} from './documents/backup-document.js';
import { FreezerAnswers, freezerId, FreezerLists, freezerProject } from './freezer-route.js';
import { FreezerList, type ListRequest } from './listing/list-request.js';
import { listed } from './listing/listed.js';

@ApiTags('freezer v2')
@Controller('v2/:project_id/backups')
export class FreezerBackupsController {
  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {}

  @Get()
  @FreezerLists('backups', freezerBackup, 'List the backups of a project')
  async list(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @FreezerList() request: ListRequest,
  ): Promise<{ backups: FreezerBackup[] }> {
    const list = (options: object) => listBackups(this.parts, actor, project, options);
    return { backups: await listed(request, list, freezerBackupOf) };
  }

  @Post()
  @FreezerAnswers(z.object({ backup_id: z.string() }), {
    summary: 'Remember a backup',
    status: 201,
    example: { container: '/srv/backups', hostname: 'web1', backup_name: 'www', curr_backup_level: 0 },
  })
  async create(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Body({ schema: freezerBackupRequest }) document: FreezerBackupRequest,
  ): Promise<{ backup_id: string }> {
    const { id } = await recordBackup(this.parts, actor, project, { metadata: document });
    return { backup_id: id };
  }

  @Get(':backup_id')
  @FreezerAnswers(freezerBackup, { summary: 'Show a backup', refuses: { 404: 'there is none; no body' } })
  async show(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('backup_id', { schema: freezerId }) id: RecordId,
  ): Promise<FreezerBackup> {
    return freezerBackupOf(await getBackup(this.parts, actor, project, id));
  }

  @Patch(':backup_id')
  @FreezerAnswers(freezerBackup, {
    summary: 'Change the status of a backup, or add to its metadata',
    refuses: { 404: 'there is none' },
    example: { status: 'available', backup_metadata: { note: 'before the move' } },
  })
  async update(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('backup_id', { schema: freezerId }) id: RecordId,
    @Body({ schema: freezerBackupPatch }) document: FreezerBackupPatch,
  ): Promise<FreezerBackup> {
    const record = await updateBackup(this.parts, actor, project, id, backupPatchOf(document));
    return freezerBackupOf(record);
  }

  @Delete(':backup_id')
  @FreezerAnswers(undefined, { summary: 'Forget a backup; also when there is none' })
  async remove(
    @CurrentActor() actor: Actor,
    @Param('project_id', { schema: freezerProject }) project: ProjectId,
    @Param('backup_id', { schema: freezerId }) id: RecordId,
  ): Promise<void> {
    await deleteBackup(this.parts, actor, project, id);
  }
}
