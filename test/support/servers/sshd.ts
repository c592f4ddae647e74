import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort, temporaryDirectory } from '#host';
import { systemClock } from '#kernel';
import { isRoot } from '../as-nobody.js';
import { killTree } from './kill-tree.js';

export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface SshdOptions {
  /** Of what the server shows of itself; ed25519 unless told otherwise. */
  readonly hostKeys?: readonly HostKeyType[];
  /** Arguments of `internal-sftp`, such as `-P remove,rmdir` or `-R`. */
  readonly sftp?: readonly string[];
  /** What the server runs for SFTP instead of `internal-sftp`. */
  readonly subsystem?: string;
  /** More lines of `sshd_config`; they win over those that are there. */
  readonly config?: readonly string[];
  /**
   * Lets root log in with this password too. Only where {@link canStartSshdWithPassword} says so: the server gets a
   * `/etc/shadow` of its own, in a mount namespace, and the machine's stays as it is.
   */
  readonly rootPassword?: string;
}

/** Debian's OpenSSH server on the loopback, for one user who logs in with a key. */
export interface TestSshd extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `nobody` when the tests run as root, so that rights mean something; who runs them otherwise. */
  readonly user: string;
  readonly privateKeyFile: string;
  /** Knows the server's keys. */
  readonly knownHostsFile: string;
  /** Where the user lands at login, empty at first, and may write. */
  readonly directory: string;
  /** For keys and the like, removed at the end. */
  readonly workDirectory: string;
  /** What the server has written into its log. */
  log(): Promise<string>;
  /** Ends server and connections as `kill -9` does. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Makes other host keys, which count from the next start on; `knownHostsFile` stays as it is. */
  changeHostKeys(): Promise<void>;
  /** Makes a directory that the user owns. */
  makeDirectory(path: string, mode?: number): Promise<void>;
}

const HOST = '127.0.0.1';
const NOBODY = 65_534;
const PATIENCE_MS = 20_000;
const POLL_MS = 20;

/** Whether this machine lets tests start a server that takes a password. */
export function canStartSshdWithPassword(): boolean {
  if (!isRoot() || !findProgram('unshare')) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '--bind', '/etc/shadow', '/etc/shadow'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    // No right to make namespaces or to mount in them.
    return false;
  }
}

/** Starts Debian's `sshd`; see `requireProgram`. It runs as root only where that is needed for a password. */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const { hostKeys = ['ed25519'], sftp = [], config = [], rootPassword, subsystem } = options;
  const program = findProgram('sshd') ?? '/usr/sbin/sshd';
  const isNobody = isRoot() && rootPassword === undefined;
  const place = await temporaryDirectory('firn-sshd-');
  const inside = (name: string): string => join(place.path, name);
  const give = async (path: string): Promise<void> => {
    if (isNobody) await chown(path, NOBODY, NOBODY);
  };
  const keyFile = (type: HostKeyType): string => inside(`host_${type}`);
  const makeKeys = async (): Promise<void> => {
    for (const type of hostKeys) {
      await makeKey(keyFile(type), type);
      await give(keyFile(type));
    }
  };
  const makeDirectory = async (path: string, mode = 0o700): Promise<void> => {
    await mkdir(path);
    await give(path);
    await chmod(path, mode);
  };

  const directory = inside('files');
  await give(place.path);
  await makeDirectory(directory);
  await makeKeys();
  await makeKey(inside('client'), 'ed25519');
  await copyFile(inside('client.pub'), inside('authorized_keys'));
  const port = await freePort();
  const publicKeys = await Promise.all(hostKeys.map((type) => readFile(`${keyFile(type)}.pub`, 'utf8')));
  await writeFile(inside('known_hosts'), publicKeys.map((key) => `[${HOST}]:${port} ${key}`).join(''));
  const lines = [
    ...config,
    `Port ${port}`,
    `ListenAddress ${HOST}`,
    ...hostKeys.map((type) => `HostKey ${keyFile(type)}`),
    `AuthorizedKeysFile ${inside('authorized_keys')}`,
    `PidFile none`,
    'StrictModes no',
    // An sshd that cannot read /etc/shadow takes every account for locked, unless PAM says otherwise.
    `UsePAM ${rootPassword === undefined ? 'yes' : 'no'}`,
    'PermitRootLogin yes',
    `PasswordAuthentication ${rootPassword === undefined ? 'no' : 'yes'}`,
    'KbdInteractiveAuthentication no',
    `Subsystem sftp ${subsystem ?? `internal-sftp -d ${directory} ${sftp.join(' ')}`}`,
  ];
  await writeFile(inside('sshd_config'), `${lines.join('\n')}\n`);
  if (rootPassword !== undefined)
    await writeFile(inside('shadow'), await shadowWith(rootPassword), { mode: 0o600 });

  let server: ChildProcess | undefined;
  const launch = async (): Promise<ChildProcess> => {
    const args = ['-D', '-f', inside('sshd_config'), '-E', inside('log')];
    if (rootPassword === undefined) {
      const identity = isNobody ? { uid: NOBODY, gid: NOBODY } : {};
      return spawn(program, args, { ...identity, cwd: '/', stdio: 'ignore' });
    }
    const script =
      'mount -t tmpfs none /run && mkdir /run/sshd && mount --bind "$1" /etc/shadow && shift && exec "$@"';
    const inNamespace = ['--mount', 'sh', '-c', script, 'sh', inside('shadow'), program, ...args];
    return spawn('unshare', inNamespace, { cwd: '/', stdio: 'ignore' });
  };
  const log = (): Promise<string> => readFile(inside('log'), 'utf8').catch(() => '');
  const start = async (): Promise<void> => {
    const started = await launch();
    server = started;
    for (let waitedMs = 0; !(await greets(port)); waitedMs += POLL_MS) {
      const isGone = started.exitCode !== null || started.signalCode !== null;
      if (isGone || waitedMs > PATIENCE_MS) throw new Error(`sshd does not answer: ${await log()}`);
      await systemClock.sleep(POLL_MS);
    }
  };
  const stop = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    await killTree(running);
    await gone;
  };

  try {
    await start();
  } catch (error) {
    await stop();
    await place.remove();
    throw error;
  }
  return {
    ...{ host: HOST, port, directory, makeDirectory, log, start, stop },
    user: isNobody ? 'nobody' : userInfo().username,
    privateKeyFile: inside('client'),
    knownHostsFile: inside('known_hosts'),
    workDirectory: place.path,
    restart: async () => {
      await stop();
      await start();
    },
    changeHostKeys: async () => {
      for (const name of await readdir(place.path)) if (name.startsWith('host_')) await rm(inside(name));
      await makeKeys();
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await place.remove();
    },
  };
}

async function makeKey(path: string, type: HostKeyType): Promise<void> {
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', '', '-C', 'firn-test', '-f', path]);
}

/** The machine's own, in which root has this password. */
async function shadowWith(password: string): Promise<string> {
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], {
    input: password,
    encoding: 'utf8',
  }).trim();
  const lines = (await readFile('/etc/shadow', 'utf8')).split('\n');
  return lines.map((line) => (line.startsWith('root:') ? `root:${hash}:20000::::::` : line)).join('\n');
}

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('data', (hello: Buffer) => {
      resolve(hello.toString('latin1').startsWith('SSH-'));
      socket.destroy();
    });
  });
}
