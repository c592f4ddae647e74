import { execFileSync } from 'node:child_process';
import path from 'node:path';

export const borg = {
  name: 'borg',
  label: 'borg',
  version: () =>
    `${execFileSync('borg', ['--version'], { encoding: 'utf8' }).trim().replace('borg ', '')} (repokey-blake2, zstd,3)`,
  /** It is slow, and no limit is held against it. */
  rounds: 1,
  prepare: (task, session) =>
    task === 'first'
      ? run(session, ['init', '--encryption', 'repokey-blake2', session.repository])
      : undefined,
  command(task, session) {
    const { repository, source, target, file } = session;
    const backup = ['create', '--compression', 'zstd,3', `${repository}::${task}`, source];
    const restore = ['extract', `${repository}::first`];
    const args = {
      first: backup,
      unchanged: backup,
      change: backup,
      restore,
      file: [...restore, `${source}/${file}`],
      verify: ['check', '--verify-data', repository],
    };
    // It extracts into the directory it stands in.
    return run(session, args[task], task === 'restore' || task === 'file' ? target : session.cwd);
  },
  restored: ({ target, source }) => path.join(target, source),
};

function run({ env, directory, cwd }, args, place = cwd) {
  const settings = { BORG_PASSPHRASE: env.PASSPHRASE, BORG_BASE_DIR: path.join(directory, 'state') };
  return { command: 'borg', args, cwd: place, env: { ...env, ...settings } };
}
