import { execFileSync } from 'node:child_process';
import path from 'node:path';

export const duplicity = {
  name: 'duplicity',
  label: 'duplicity',
  version: () => {
    const [version] = execFileSync('duplicity', ['--version'], { encoding: 'utf8' }).match(/[\d.]+/);
    return `${version} (gpg, symmetric)`;
  },
  rounds: 1,
  command(task, session) {
    const { repository, set, target = '', file, directory, env } = session;
    const url = `file://${repository}`;
    const verbs = {
      first: ['full', set.source, url],
      unchanged: ['incremental', set.source, url],
      change: ['incremental', set.source, url],
      // It restores only into a directory that is not there yet.
      restore: ['restore', url, path.join(target, 'all')],
      file: ['restore', '--file-to-restore', file, url, path.join(target, 'one')],
      verify: ['verify', url, set.source],
    };
    const [verb, ...rest] = verbs[task];
    const places = ['--archive-dir', path.join(directory, 'state'), '--tempdir', env.TMPDIR];
    return {
      command: 'duplicity',
      args: [verb, '--verbosity', 'warning', ...places, ...rest],
      env: environment(session),
    };
  },
  restored: ({ target }) => path.join(target, 'all'),
  /** Of one file it makes the target itself. */
  restoredFile: ({ target }) => path.join(target, 'one'),
  /** gpg leaves an agent behind, whose home this session is. */
  close: (session) => ({ command: 'gpgconf', args: ['--kill', 'gpg-agent'], env: environment(session) }),
};

function environment({ env }) {
  return { ...env, GNUPGHOME: env.HOME };
}
