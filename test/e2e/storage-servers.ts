import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { temporaryDirectory } from '#host';
import {
  askSwift,
  canStartSshdWithPassword,
  isRoot,
  requireProgram,
  requireSwift,
  sharedSwift,
  skipBecause,
  startFtpServer,
  startSshd,
} from '#test/support';

export const SERVED_KINDS = ['sftp', 'swift', 's3', 'ftp', 'ftps'] as const;
export type ServedKind = (typeof SERVED_KINDS)[number];
export type StorageSettings = Readonly<Record<string, string>>;

/** A real server on the loopback, as a storage of its kind is told of it. */
export interface StorageServer extends AsyncDisposable {
  readonly kind: ServedKind;
  /** How a container of this name is reached; all secrets are in files. */
  settings(container: string): StorageSettings;
  /** What nobody may be shown; none where the login is by a key. */
  readonly secrets: readonly string[];
  /** The setting that names the file of the password, and a file with a wrong one. */
  readonly wrongPassword: StorageSettings | undefined;
}

export interface StorageServerOptions {
  /** Whether its user may remove objects; if not, containers have to be {@link PREPARED}. */
  readonly mayRemove?: boolean;
}

/** The one container that is there also for users who may not make any. */
export const PREPARED = 'prepared';

/** Skips the test when this kind of server cannot run here; see `requireProgram`. */
export function requireServer(context: Context, kind: ServedKind): void {
  if (kind === 'swift' || kind === 's3') return requireSwift(context);
  if (kind === 'sftp') return requireProgram(context, 'sshd');
  for (const program of ['vsftpd', 'openssl']) requireProgram(context, program);
  if (!isRoot()) skipBecause(context, 'only root may start vsftpd');
}

export async function startStorageServer(
  kind: ServedKind,
  { mayRemove = true }: StorageServerOptions = {},
): Promise<StorageServer> {
  switch (kind) {
    case 'sftp':
      return onSshd(mayRemove);
    case 'swift':
    case 's3':
      return onSwift(kind, mayRemove);
    case 'ftp':
    case 'ftps':
      return onFtp(kind, mayRemove);
  }
}

/** Options of the agent for one storage; also for one of several, whose kinds differ. */
export function optionsOf(kind: string, { container = '', ...settings }: StorageSettings): string[] {
  const options = Object.entries(settings).flatMap(([name, value]) => [
    '--storage-option',
    `${kind}.${name}=${value}`,
  ]);
  return ['--storage', kind, '--container', container, ...options];
}

async function onSshd(mayRemove: boolean): Promise<StorageServer> {
  const password = canStartSshdWithPassword() ? 'seventeen-green-bottles' : undefined;
  const sshd = await startSshd({
    sftp: mayRemove ? [] : ['-P', 'remove,rmdir'],
    ...(password !== undefined && { rootPassword: password }),
  });
  const { host, port, user, knownHostsFile, privateKeyFile, directory } = sshd;
  const files = await passwordFiles(password ?? '');
  const login: StorageSettings = password === undefined ? { privateKeyFile } : { passwordFile: files.right };
  return {
    kind: 'sftp',
    secrets: password === undefined ? [] : [password],
    wrongPassword: password === undefined ? undefined : { passwordFile: files.wrong },
    settings: (container) => ({
      ...login,
      ...{ host, port: String(port), user, knownHostsFile, container: join(directory, container) },
    }),
    [Symbol.asyncDispose]: async () => {
      await sshd[Symbol.asyncDispose]();
      await files.remove();
    },
  };
}

/** One that is shared, so containers bear the number of this process and another one for each server. */
async function onSwift(kind: 'swift' | 's3', mayRemove: boolean): Promise<StorageServer> {
  const { auth, s3, limited } = await sharedSwift();
  const { user, key } = mayRemove ? auth : limited.writer;
  const bucket = `storages-${process.pid}-${(started += 1)}`;
  const nameOf = (container: string) => `${bucket}-${container}`;
  if (!mayRemove) await askSwift(auth, 'PUT', `/${nameOf(PREPARED)}`);
  const files = await passwordFiles(key);
  const login: StorageSettings =
    kind === 'swift'
      ? { authUrl: auth.authUrl, user, passwordFile: files.right }
      : {
          ...{ endpoint: s3.endpoint, region: s3.region, accessKeyId: user },
          ...{ secretAccessKeyFile: files.right, createBucket: String(mayRemove) },
        };
  return {
    ...{ kind, secrets: [key] },
    wrongPassword: { [kind === 'swift' ? 'passwordFile' : 'secretAccessKeyFile']: files.wrong },
    settings: (container) => ({ ...login, container: `${nameOf(container)}/below/it` }),
    [Symbol.asyncDispose]: files.remove,
  };
}

let started = 0;

async function onFtp(kind: 'ftp' | 'ftps', mayRemove: boolean): Promise<StorageServer> {
  const server = await startFtpServer({ tls: kind === 'ftps', denied: mayRemove ? [] : ['DELE', 'RMD'] });
  const { host, port, user, password, caFile } = server;
  const files = await passwordFiles(password);
  return {
    ...{ kind, secrets: [password], wrongPassword: { passwordFile: files.wrong } },
    settings: (container) => ({
      ...{ host, port: String(port), user, passwordFile: files.right },
      ...(caFile !== undefined && { caFile }),
      container: `${server.container}/${container}`,
    }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await files.remove();
    },
  };
}

async function passwordFiles(password: string) {
  const place = await temporaryDirectory('firn-passwords-');
  const [right, wrong] = [join(place.path, 'right'), join(place.path, 'wrong')];
  await writeFile(right, `${password}\n`, { mode: 0o600 });
  await writeFile(wrong, `${WRONG_PASSWORD}\n`, { mode: 0o600 });
  return { right, wrong, remove: () => place.remove() };
}

export const WRONG_PASSWORD = 'open-sesame-4711';
