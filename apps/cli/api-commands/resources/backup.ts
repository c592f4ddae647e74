import type { BackupPatch, BackupRequest, BackupView } from '#node-protocol';
import { formatBytes } from '#config';
import type { AddCommand } from '../../cli.js';
import { shortTime } from '../../output/moments.js';
import { clientFilter, jobFilter, runFilter } from './filter-ids.js';
import { addResource, type ResourceCommands } from './resource-commands.js';

export const backups: ResourceCommands<BackupView> = {
  name: 'backup',
  one: 'a backup',
  many: 'backups',
  summary: 'Backups: what the platform remembers of them',
  afterwards: 'what is stored stays (firn-agent prune removes that)',
  missing: 'backup.not-recorded',
  columns: [
    ['ID', (backup) => backup.id, 'id'],
    ['STORED AS', (backup) => backup.storedId],
    ['NAME', (backup) => backup.backupName],
    ['LEVEL', (backup) => backup.level?.toString()],
    ['HOSTNAME', (backup) => backup.hostname],
    ['STATUS', (backup) => backup.status],
    ['SIZE', (backup) => size(backup.metadata['backup_size_compressed'])],
    ['RECORDED', (backup) => shortTime(backup.createdAt)],
    ['CONTAINER', (backup) => backup.container],
  ],
  views: (api) => api.backups,
  called: (backup) => backup.storedId ?? '',
  filters: [
    ['--client <id>', 'backups of this client', 'clientId', clientFilter],
    ['--job <id>', 'backups of this job', 'jobId', jobFilter],
    ['--run <id>', 'backups of this run', 'runId', runFilter],
    ['--name <name>', 'backups with this name', 'backupName'],
    ['--container <container>', 'backups in this container', 'container'],
  ],
  create: {
    examples: ['firn backup create --file backup.json'],
    notes: [
      'Runs of jobs record their backups by themselves. The document of another one is {"clientId": …, "metadata": …},',
      'with the metadata that firn-agent backup --metadata-out writes.',
    ],
    act: ({ api, cli }, document) => api.backups.create(document as BackupRequest, cli.signal),
  },
  update: ({ api, cli }, id, document) => api.backups.update(id, document as BackupPatch, cli.signal),
  remove: (api, id, signal) => api.backups.remove(id, signal),
};

function size(bytes: unknown): string {
  return typeof bytes === 'number' ? formatBytes(bytes) : '';
}

/** `firn backup`: what the API remembers. What is stored is removed by `firn-agent prune`. */
export const addBackup: AddCommand = (program, cli) => void addResource(program, cli, backups);
