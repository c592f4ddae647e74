import { execFileSync } from 'node:child_process';
import path from 'node:path';

const CIPHER = 'openssl enc -aes-256-ctr -pbkdf2 -pass file:"$PASS"';

/** What a shell does: it seals, but proves nothing, finds no single file, and needs its snapshot file kept beside. */
export const sealedPipeline = {
  name: 'pipeline',
  label: 'tar | zstd -3 -T2 | openssl',
  version: () =>
    `tar ${versionOf('tar')}, zstd ${versionOf('zstd')}, OpenSSL ${versionOf('openssl', 'version')}`,
  /** The first backup is the plain pipeline; what increments go by is noted afterwards, which reads no file. */
  after: (task, session) =>
    task === 'first'
      ? shell(session, 'tar --listed-incremental="$SNAPSHOT" -cf /dev/null "$SOURCE"')
      : undefined,
  command(task, session) {
    const seal = `zstd -q -3 -T2 | ${CIPHER} -out "$REPOSITORY/${task}"`;
    const increment = `tar --listed-incremental="$SNAPSHOT" -cf - "$SOURCE" | ${seal}`;
    const scripts = {
      first: `tar -cf - "$SOURCE" | ${seal}`,
      unchanged: increment,
      change: increment,
      restore: `${CIPHER} -d -in "$REPOSITORY/first" | zstd -q -d | tar -x -C "$TARGET"`,
    };
    return shell(session, scripts[task]);
  },
  restored: ({ target, source }) => path.join(target, source),
};

/** As fast as the source can be read and written again, with nothing done to it. */
export const plainPipeline = {
  name: 'tar',
  label: 'tar | cat',
  version: () => versionOf('tar'),
  command: (_, session) => shell(session, 'tar -cf - "$SOURCE" | cat > "$REPOSITORY/first"'),
  restored: ({ target, source }) => path.join(target, source),
};

function shell({ cwd, env, source, repository, state, target, passFile }, script) {
  const places = {
    SOURCE: source,
    REPOSITORY: repository,
    SNAPSHOT: path.join(state, 'snapshot'),
    TARGET: target ?? '',
    PASS: passFile,
  };
  return { command: 'bash', args: ['-c', `set -o pipefail; ${script}`], cwd, env: { ...env, ...places } };
}

function versionOf(program, question = '--version') {
  return execFileSync(program, [question], { encoding: 'utf8' }).match(/\d+\.\d+[\w.]*/)[0];
}
