import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, lstat, readdir, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import type { AuthContext, Connection, SFTPWrapper, Stats } from 'ssh2';
import { knownName } from '../known-hosts.js';
import { STATUS } from '../sftp-status.js';
import { loadSsh2 } from '../ssh2.js';

export interface FakeServerOptions {
  readonly user: string;
  readonly password: string;
  /** Of the password alone, or of a dialogue in which it is asked for. */
  readonly method?: 'password' | 'keyboard-interactive';
}

/** A server in this process that is not OpenSSH, knows no extensions, and overwrites by renaming. */
export interface FakeServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** A line for known_hosts. */
  readonly knownHost: string;
  /** `OPEN`, `RENAME` and so on, in the order in which they came. */
  readonly diary: readonly string[];
  /** Bytes of each write. */
  readonly writes: readonly number[];
}

const HOST = '127.0.0.1';
const WRITE = 2;

export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const ssh2 = await loadSsh2();
  const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'sec1',
    format: 'pem',
  });
  const key = ssh2.utils.parseKey(pem.toString());
  if (key instanceof Error) throw key;
  const line = `${key.type} ${key.getPublicSSH().toString('base64')}`;
  const diary: string[] = [];
  const writes: number[] = [];
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [pem.toString()], ident: 'Fake_1' }, (connection) => {
    connections.add(connection);
    // It can do that, but its types do not say so.
    (connection as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (context) => void admit(context, options));
    connection.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serve(acceptSftp(), diary, writes));
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  return {
    ...{ host: HOST, port, diary, writes, knownHost: `${knownName(HOST, port)} ${line}\n` },
    [Symbol.asyncDispose]: async () => {
      for (const connection of connections) connection.end();
      const gone = once(server, 'close');
      server.close();
      await gone;
    },
  };
}

function admit(context: AuthContext, { user, password, method = 'password' }: FakeServerOptions): void {
  if (context.method !== method || context.username !== user) return context.reject([method]);
  const decide = (said: string | undefined): void =>
    said === password ? context.accept() : context.reject([method]);
  if (context.method === 'password') decide(context.password);
  if (context.method === 'keyboard-interactive')
    context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) => decide(answer));
}

/** Paths are those of this machine. */
function serve(sftp: SFTPWrapper, diary: string[], writes: number[]): void {
  const files = new Map<string, FileHandle>();
  const folders = new Map<string, string[]>();
  const given = <T>(held: Map<string, T>, thing: T): Buffer => {
    const handle = randomBytes(8);
    held.set(handle.toString('hex'), thing);
    return handle;
  };
  const on = (name: string, act: (request: number, ...args: never[]) => Promise<unknown>): void => {
    sftp.on(name, (request: number, ...args: never[]) => {
      diary.push(name);
      act(request, ...args).then(
        (answered) => {
          if (answered === undefined) sftp.status(request, 0);
        },
        (error: unknown) => sftp.status(request, statusOf(error)),
      );
    });
  };
  on('OPEN', async (request, path: string, flags: number) => {
    const file = await open(path, flags & WRITE ? 'wx' : 'r');
    sftp.handle(request, given(files, file));
    return true;
  });
  on('WRITE', async (_request, handle: Buffer, at: number, bytes: Buffer) => {
    writes.push(bytes.length);
    await files.get(handle.toString('hex'))?.write(bytes, 0, bytes.length, at);
  });
  on('READ', async (request, handle: Buffer, at: number, length: number) => {
    // Half of what was asked for, as a server may.
    const piece = Buffer.alloc(Math.ceil(length / 2));
    const read = await files.get(handle.toString('hex'))?.read(piece, 0, piece.length, at);
    if (!read?.bytesRead) throw new Error('EOF');
    sftp.data(request, piece.subarray(0, read.bytesRead));
    return true;
  });
  on('CLOSE', async (_request, handle: Buffer) => {
    const name = handle.toString('hex');
    folders.delete(name);
    await files.get(name)?.close();
    files.delete(name);
  });
  on('LSTAT', async (request, path: string) => {
    sftp.attrs(request, attributesOf(await lstat(path)));
    return true;
  });
  on('OPENDIR', async (request, path: string) => {
    const names = (await readdir(path)).map((name) => `${path}/${name}`);
    sftp.handle(request, given(folders, names));
    return true;
  });
  on('READDIR', async (request, handle: Buffer) => {
    const paths = folders.get(handle.toString('hex'))?.splice(0, 3) ?? [];
    if (paths.length === 0) throw new Error('EOF');
    const stats = await Promise.all(paths.map((path) => lstat(path)));
    const names = paths.map((path, at) => {
      const filename = path.slice(path.lastIndexOf('/') + 1);
      return { filename, longname: filename, attrs: attributesOf(stats[at] as unknown as Stats) };
    });
    sftp.name(request, names);
    return true;
  });
  on('MKDIR', (_request, path: string) => mkdir(path));
  on('RMDIR', (_request, path: string) => rmdir(path));
  on('REMOVE', (_request, path: string) => unlink(path));
  on('RENAME', (_request, path: string, name: string) => rename(path, name));
}

interface Attributed {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: Date | number;
}

function attributesOf({ mode, uid, gid, size, mtime }: Attributed) {
  const seconds = Math.floor(Number(mtime) / 1000);
  return { mode, uid, gid, size, atime: seconds, mtime: seconds };
}

function statusOf(error: unknown): number {
  if ((error as Error).message === 'EOF') return STATUS.endOfFile;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return STATUS.noSuchFile;
    case 'EACCES':
    case 'EPERM':
      return STATUS.permissionDenied;
    default:
      return STATUS.failure;
  }
}
