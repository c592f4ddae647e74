import { resolve } from 'node:path';
import { Failure } from '#kernel';
import type { AddCommand } from '../cli.js';
import { showChanged } from '../output/show.js';
import { addApiCommand } from './api-command.js';
import { followJob } from './follow-job.js';
import { backups } from './resources/backup.js';
import { viewOf } from './resources/resource-commands.js';

/** `firn restore`: asks a client to restore one of its backups. */
export const addRestore: AddCommand = (program, cli) => {
  addApiCommand(program, cli, {
    usage: 'restore <backup>',
    summary: 'Have a client restore a backup into a directory, and follow it',
    options: [
      ['--target <dir>', 'absolute path of a directory on the client'],
      ['--client <id>', 'the client that restores (default the one that made the backup)'],
      ['--include <pattern...>', 'only what these name, as in firn-agent restore --include'],
      ['--no-wait', 'only ask for it, and show the job'],
    ],
    notes: ['The exit code is that of the run. Ctrl-C ends the watching, not the restore.'],
    examples: [
      'firn restore 20261120T093415Z-4f7a9c21 --target /srv/restored',
      'firn restore 4f7a --target /tmp/mail --include home/kim/Mail --no-wait',
    ],
    async run(context) {
      const { options, api } = context;
      const target = options['target'];
      if (typeof target !== 'string') {
        throw new Failure('input.missing-option', 'no directory is given: use --target DIR');
      }
      const backup = await viewOf(backups, context, context.words[0] ?? '');
      const job = await api.restore(
        {
          backupId: backup.id,
          target: target.startsWith('/') ? resolve(target) : target,
          ...(typeof options['client'] === 'string' && { clientId: options['client'] }),
          ...(Array.isArray(options['include']) && { include: options['include'].map(String) }),
        },
        cli.signal,
      );
      if (options['wait'] !== false) return followJob(context, job, 'this activation');
      showChanged(context, job, `job ${job.id} restores it on ${job.clientId}`);
    },
  });
};
