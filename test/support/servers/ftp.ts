import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, temporaryDirectory } from '#host';
import { systemClock } from '#kernel';
import { makeAuthority, makeCertificate } from './certificates.js';

export interface FtpServerOptions {
  /** AUTH TLS, which logins and data must use, with sessions taken up again; `implicit`: TLS from the first byte. */
  readonly tls?: boolean | 'implicit';
  /** Commands nobody may use, such as `RETR`. */
  readonly denied?: readonly string[];
  /** More lines of vsftpd.conf, which win. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** An FTP server of its own on the loopback: Debian's vsftpd; see `requireProgram`. */
export interface FtpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM file of the authority that signed its certificate, when it has one. */
  readonly caFile: string | undefined;
  /** The folder of this machine that clients see as {@link container}; they may write there. */
  readonly directory: string;
  readonly container: string;
  /** Settings of the storage kinds `ftp` and `ftps`, with a container that is not there yet. */
  settings(): Record<string, unknown>;
  /** Ends all connections, control and data, as `kill -9` does it. */
  cut(): Promise<void>;
  /** Holds all connections up, so that nothing moves and nothing is closed. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Cuts, and listens no longer. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
}

const HOST = '127.0.0.1';
/** The user `daemon`, who has a home everywhere; vsftpd insists on one. */
const DAEMON = 1;
const PASSWORD = 'ftp-secret@firn.test';

/** Needs root, as vsftpd does. Clients are anonymous to it, with a password that it checks. */
export async function startFtpServer(options: FtpServerOptions = {}): Promise<FtpServer> {
  const temporary = await temporaryDirectory('firn-ftp-');
  const { path } = temporary;
  const directory = join(path, 'root', 'data');
  await chmod(path, 0o711);
  await mkdir(directory, { recursive: true });
  await mkdir(join(path, 'empty'));
  await chown(directory, DAEMON, DAEMON);
  await writeFile(join(path, 'passwords'), `${PASSWORD}\n`);
  const port = await freePort();
  const caFile = options.tls ? join(path, 'ca.pem') : undefined;
  if (caFile !== undefined) {
    const authority = await makeAuthority(path);
    const { keyFile, certificateFile } = await makeCertificate(path, authority);
    await writeFile(
      join(path, 'server.pem'),
      (await readFile(keyFile, 'utf8')) + (await readFile(certificateFile, 'utf8')),
    );
  }
  const config = join(path, 'vsftpd.conf');
  await writeFile(config, configOf(path, port, options));

  let server: ChildProcess | undefined;
  const sessions = async () => (server?.pid === undefined ? [] : descendants(server.pid));
  const signalled = async (signal: NodeJS.Signals) => {
    for (const pid of await sessions()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has just ended by itself.
      }
    }
  };
  const start = async () => {
    const started = spawn('vsftpd', [config], { stdio: 'ignore' });
    server = started;
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`vsftpd ended with ${started.exitCode}`);
      await systemClock.sleep(10);
    }
  };
  const stop = async () => {
    await signalled('SIGKILL');
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };
  const close = async () => {
    await stop();
    await temporary.remove();
  };

  await start();
  const login = { host: HOST, port, user: 'anonymous', password: PASSWORD };
  let containers = 0;
  return {
    ...login,
    ...{ caFile, directory, container: '/data' },
    settings: () => ({
      ...login,
      container: `/data/${(containers += 1)}/backups`,
      ...(caFile === undefined ? {} : { caFile, implicit: options.tls === 'implicit' }),
    }),
    cut: () => signalled('SIGKILL'),
    freeze: () => signalled('SIGSTOP'),
    thaw: () => signalled('SIGCONT'),
    ...{ stop, start },
    [Symbol.asyncDispose]: close,
  };
}

/** The folder of all clients must not be writable itself, so they write into one below it. */
function configOf(path: string, port: number, { tls, denied = [], settings = {} }: FtpServerOptions): string {
  const lines: Record<string, string | number> = {
    listen: 'YES',
    listen_address: HOST,
    listen_port: port,
    background: 'NO',
    anonymous_enable: 'YES',
    local_enable: 'NO',
    write_enable: 'YES',
    ftp_username: 'daemon',
    anon_root: join(path, 'root'),
    anon_upload_enable: 'YES',
    anon_mkdir_write_enable: 'YES',
    anon_other_write_enable: 'YES',
    anon_world_readable_only: 'NO',
    anon_umask: '022',
    secure_email_list_enable: 'YES',
    email_password_file: join(path, 'passwords'),
    secure_chroot_dir: join(path, 'empty'),
    seccomp_sandbox: 'NO',
    connect_from_port_20: 'NO',
    xferlog_enable: 'NO',
    delay_failed_login: 0,
    max_per_ip: 0,
    ...(denied.length === 0 ? {} : { cmds_denied: denied.join(',') }),
    ...(tls ? tlsLines(path, tls) : {}),
    ...settings,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function tlsLines(path: string, tls: true | 'implicit'): Record<string, string> {
  return {
    ssl_enable: 'YES',
    allow_anon_ssl: 'YES',
    force_anon_logins_ssl: 'YES',
    force_anon_data_ssl: 'YES',
    require_ssl_reuse: 'YES',
    ssl_ciphers: 'HIGH',
    rsa_cert_file: join(path, 'server.pem'),
    ...(tls === 'implicit' ? { implicit_ssl: 'YES' } : {}),
  };
}

/** Every connection is some processes of vsftpd, none of which is told of the end of the listening one. */
async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    const parent = /^.*\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const below = (above: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === above ? [child, ...below(child)] : []));
  return below(pid);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
