import fs from 'node:fs';
import path from 'node:path';

/** OpenSSH's client does one file after the other, so there are as many of it as transfers at a time. */
export const sftp = {
  name: 'sftp',
  label: 'sftp',
  program: 'sftp',
  versionCall: ['ssh', '-V'],
  put: (place, task) => call(place, task, ({ path: file, name }) => `put ${file} ${place.directory}/${name}`),
  get: (place, task) =>
    call(place, task, ({ name }) => `get ${place.directory}/${name} ${task.directory}/${name}`),
};

function call({ host, port, user, privateKeyFile, knownHostsFile }, { objects, atOnce, scratch }, line) {
  const options = ['IdentitiesOnly=yes', 'BatchMode=yes', `UserKnownHostsFile=${knownHostsFile}`];
  const login = ['-q', '-i', privateKeyFile, ...options.flatMap((option) => ['-o', option])];
  const batches = Array.from({ length: atOnce }, (_, lane) => {
    const file = path.join(scratch, `batch-${lane}`);
    const files = objects.files.filter((_each, index) => index % atOnce === lane);
    fs.writeFileSync(file, files.map((each) => `${line(each)}\n`).join(''));
    return file;
  });
  const script =
    'for batch in $BATCHES; do "$@" -b "$batch" "$TARGET" & all="$all $!"; done; for one in $all; do wait "$one" || exit 1; done';
  return {
    command: 'sh',
    args: ['-c', script, 'sh', 'sftp', '-F', 'none', '-P', String(port), ...login],
    env: { BATCHES: batches.join(' '), TARGET: `${user}@${host}` },
  };
}
