import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Missing } from './missing.mjs';

const PROJECT = path.resolve(import.meta.dirname, '../../..');
const NAME = 'bench';

export const firn = agent({ name: 'firn', label: 'Firn' });
export const firnSmallSegments = agent({
  name: 'firn-8m',
  label: 'Firn, 8 MiB segments',
  backupOptions: ['--max-segment-size', '8MiB'],
});
export const firnBlock = agent({
  name: 'firn-block',
  label: 'Firn, block engine',
  backupOptions: ['--engine', 'block'],
  needs: '--engine',
});

/** Copies the build into a directory, so that one that is made in the meantime is not measured half and half. */
export function copyFirn(programs) {
  const copy = path.join(programs, 'firn');
  fs.rmSync(copy, { recursive: true, force: true });
  for (const part of ['bin', 'dist', 'package.json']) {
    fs.cpSync(path.join(PROJECT, part), path.join(copy, part), { recursive: true, preserveTimestamps: true });
  }
  fs.symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'));
}

function agentIn(programs) {
  return path.join(programs, 'firn', 'bin', 'firn-agent');
}

function said(programs, ...args) {
  try {
    return execFileSync(agentIn(programs), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`Firn does not start: ${String(error.stderr ?? error.message).trim()}`, { cause: error });
  }
}

function agent({ name, label, backupOptions = [], needs }) {
  return {
    name,
    label,
    version(programs) {
      const version = said(programs, '--version').trim();
      if (needs && !said(programs, 'backup', '--help').includes(needs)) {
        throw new Missing(`this build of Firn has no ${needs} yet`);
      }
      return `${version} (${[`Node ${process.versions.node}`, ...backupOptions].join(' ')})`;
    },
    command(task, session) {
      const { programs, repository, passFile, set, target, file } = session;
      const backup = [
        ...['backup', '--path-to-backup', set.source, '--backup-name', NAME, '--container', repository],
        ...['--encrypt-pass-file', passFile, '--quiet', ...backupOptions],
      ];
      const stored = [
        '--backup-name',
        NAME,
        '--container',
        repository,
        '--encrypt-pass-file',
        passFile,
        '--quiet',
      ];
      const restore = ['restore', '--restore-abs-path', target, ...stored];
      const args = {
        first: backup,
        unchanged: backup,
        change: backup,
        restore,
        file: [...restore, '--include', file],
        verify: ['verify', 'latest', '--read-data', ...stored],
      };
      return { command: agentIn(programs), args: args[task] };
    },
    restored: ({ target }) => target,
  };
}
