import { execFileSync } from 'node:child_process';
import path from 'node:path';

export const restic = {
  name: 'restic',
  label: 'restic',
  version: () =>
    `${/restic ([\d.]+)/.exec(execFileSync('restic', ['version'], { encoding: 'utf8' }))?.[1]} (repository v2, compression auto)`,
  prepare: (task, session) =>
    task === 'first' ? run(session, ['init', '--repository-version', '2']) : undefined,
  command(task, session) {
    const { source, target, file } = session;
    const backup = ['backup', '--compression', 'auto', source];
    const restore = ['restore', 'latest', '--target', target];
    const args = {
      first: backup,
      unchanged: backup,
      change: backup,
      restore,
      file: [...restore, '--include', `/${source}/${file}`],
      verify: ['check', '--read-data'],
    };
    return run(session, args[task]);
  },
  restored: ({ target, source }) => path.join(target, source),
};

function run({ repository, passFile, directory, env, cwd }, args) {
  const settings = {
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD_FILE: passFile,
    RESTIC_CACHE_DIR: path.join(directory, 'cache', 'restic'),
  };
  return { command: 'restic', args: ['--quiet', ...args], cwd, env: { ...env, ...settings } };
}
