import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { invalid } from '#kernel';
import { defineStorageDriver } from '../../storage-driver.js';
import type { StorageBackend } from '../../storage-backend.js';
import { connect } from './connecting.js';
import { loginsOf } from './logins.js';
import { SessionPool } from './session-pool.js';
import { containerPath, placeOf, settingsOfAddress } from './sftp-address.js';
import { sftpConfigSchema, type SftpConfig } from './sftp-config.js';
import { SftpStorage } from './sftp-storage.js';
import { loadSsh2 } from './ssh2.js';

export const sftpDriver = defineStorageDriver({
  kind: 'sftp',
  summary: 'a directory on an SSH server, by SFTP, with a key, an agent or a password',
  config: sftpConfigSchema,
  secrets: ['password', 'passphrase'],
  aliases: ['ssh'],
  addresses: {
    protocols: ['sftp', 'ssh'],
    examples: [
      'sftp://backup@storage.example.org/srv/backups',
      'sftp://backup@storage.example.org:2222/~/backups',
    ],
    read: settingsOfAddress,
  },
  environment: { SSH_AUTH_SOCK: 'agentSocket' },
  open: openSftpStorage,
});

/** Reads the keys; a connection is made by the first call. */
async function openSftpStorage(config: SftpConfig): Promise<StorageBackend> {
  const { host, port, connections, timeoutSeconds, user = ownName() } = config;
  const home = homedir();
  const atHome = (path: string): string => path.replace(/^~(?=\/)/, home);
  const privateKeyFile = config.privateKeyFile === undefined ? undefined : atHome(config.privateKeyFile);
  const ssh2 = await loadSsh2();
  const logins = await loginsOf(ssh2, { ...config, user, privateKeyFile }, home);
  const container = containerPath(config.container);
  const place = placeOf(user, host, port, container);
  const knownHostsFile =
    config.knownHostsFile === undefined ? join(home, '.ssh', 'known_hosts') : atHome(config.knownHostsFile);
  const server = { ...{ host, port, user, knownHostsFile, timeoutSeconds }, logins, place };
  const pool = new SessionPool((signal) => connect(ssh2, server, signal), connections, place);
  return new SftpStorage(pool, container, place, connections);
}

function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container there may be users of whom the system knows only the number.
    const message = 'must be given, as the user that runs this has no name';
    throw invalid('configuration of storage "sftp"', [{ path: 'user', message }]);
  }
}
