import { execFileSync } from 'node:child_process';

/** One program for all protocols. It looks at sizes and digests afterwards, as far as a protocol has them. */
export const rclone = {
  name: 'rclone',
  label: 'rclone',
  program: 'rclone',
  versionCall: ['rclone', 'version'],
  put: (place, task) => call(task, place, task.objects.directory, remote(place)),
  get: (place, task) => call(task, place, remote(place), task.directory),
};

const remote = ({ container, directory }) => `bench:${container ?? directory}`;

const CONFIGS = {
  sftp: ({ host, port, user, privateKeyFile, knownHostsFile }) => ({
    ...{ type: 'sftp', host, port, user, key_file: privateKeyFile, known_hosts_file: knownHostsFile },
    // The server's user has no shell that could count digests.
    shell_type: 'none',
  }),
  s3: ({ endpoint, region, accessKeyId, secretAccessKey }) => ({
    ...{ type: 's3', provider: 'Other', endpoint, region, force_path_style: true },
    ...{ access_key_id: accessKeyId, secret_access_key: secretAccessKey },
  }),
  swift: ({ authUrl, user, key }) => ({ type: 'swift', auth: authUrl, user, key }),
  ftp: ({ host, port, user, password }) => ({
    ...{ type: 'ftp', host, port, user },
    pass: execFileSync('rclone', ['obscure', '-'], { input: password, encoding: 'utf8' }).trim(),
  }),
};

function call({ protocol, atOnce }, place, from, to) {
  const settings = Object.entries(CONFIGS[protocol](place));
  return {
    command: 'rclone',
    args: ['copy', '--config=', '--no-traverse', '--transfers', String(atOnce), from, to],
    env: Object.fromEntries(
      settings.map(([name, value]) => [`RCLONE_CONFIG_BENCH_${name.toUpperCase()}`, String(value)]),
    ),
  };
}
