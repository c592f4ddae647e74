import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { removeTree } from '#host';
import {
  requireProgram,
  requireSwift,
  startSshd,
  startSwift,
  type TestSshd,
  type TestSwift,
} from '#test/support';
import { optionsOf, type StorageSettings } from '../e2e/storage-servers.js';

export const REACHED_KINDS = ['sftp', 's3', 'swift'] as const;
export type ReachedKind = (typeof REACHED_KINDS)[number];

/** A server that the agent reaches by any port: its own, or that of a line or of somebody between. */
export interface ReachedServer {
  readonly port: number;
  /** Options of the agent for one container, which is made when it is missing. */
  where(port: number, container: string, extra?: StorageSettings): readonly string[];
  /** As `kill -9` does it; what is stored stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Servers of the tests of one file, each started by the first who needs it. */
export class ReachedServers implements AsyncDisposable {
  #files: string | undefined;
  #sshd: TestSshd | undefined;
  #swift: TestSwift | undefined;

  /** Skips the test when it cannot run here; see `requireProgram`. */
  async ready(context: Context, kind: ReachedKind): Promise<ReachedServer> {
    this.#files ??= await mkdtemp(join(tmpdir(), 'firn-reached-'));
    if (kind === 'sftp') {
      requireProgram(context, 'sshd');
      return overSsh((this.#sshd ??= await startSshd()), this.#files);
    }
    requireSwift(context);
    // One of their own, as nobody may stop the one that is shared.
    const swift = (this.#swift ??= await startSwift());
    return kind === 's3' ? overS3(swift, this.#files) : overSwift(swift, this.#files);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sshd?.[Symbol.asyncDispose]();
    await this.#swift?.stop();
    if (this.#files !== undefined) await removeTree(this.#files);
  }
}

async function overSsh(sshd: TestSshd, files: string): Promise<ReachedServer> {
  const { host, port, user, privateKeyFile, directory } = sshd;
  const knownHostsFile = join(files, 'known_hosts');
  // Whatever stands between has the same key and another port.
  const [, key = ''] = /^\S+ (.*)$/m.exec(await readFile(sshd.knownHostsFile, 'utf8')) ?? [];
  await writeFile(knownHostsFile, `* ${key}\n`);
  return {
    ...{ port, stop: () => sshd.stop(), start: () => sshd.start() },
    where: (by, container, extra) => {
      const settings = { host, port: String(by), user, privateKeyFile, knownHostsFile };
      return optionsOf('sftp', { ...settings, container: join(directory, container), ...extra });
    },
  };
}

async function overS3(swift: TestSwift, files: string): Promise<ReachedServer> {
  const { s3 } = swift;
  const login = {
    ...{ region: s3.region, accessKeyId: s3.accessKeyId, createBucket: 'true' },
    secretAccessKeyFile: await secretIn(files, 's3', s3.secretAccessKey),
  };
  return {
    ...{ port: swift.port, stop: () => swift.stopServers(), start: () => swift.startServers() },
    where: (by, container, extra) =>
      optionsOf('s3', { ...login, endpoint: `http://127.0.0.1:${by}`, container, ...extra }),
  };
}

async function overSwift(swift: TestSwift, files: string): Promise<ReachedServer> {
  const { auth } = swift;
  const login = { user: auth.user, passwordFile: await secretIn(files, 'swift', auth.key) };
  return {
    ...{ port: swift.port, stop: () => swift.stopServers(), start: () => swift.startServers() },
    where: (by, container, extra) => {
      const url = `http://127.0.0.1:${by}`;
      const urls = { authUrl: `${url}/auth/v1.0`, storageUrl: `${url}/v1/${auth.account}` };
      return optionsOf('swift', { ...login, ...urls, container, ...extra });
    },
  };
}

async function secretIn(files: string, name: string, secret: string): Promise<string> {
  const path = join(files, name);
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return path;
}
