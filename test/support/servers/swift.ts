import { spawnSync } from 'node:child_process';
import type { Context } from 'mocha';
import { freePort, temporaryDirectory } from '#host';
import { isRequired, requireProgram, skipBecause } from '../require-program.js';
import { launch, pythonOfSwift } from './swift/launcher.js';

/** A user by both protocols. */
export interface SwiftUser {
  /** As `X-Auth-User`, and as the access key of S3. */
  readonly user: string;
  /** As `X-Auth-Key`, and as the secret key of S3. */
  readonly key: string;
}

/** Debian's real Swift on the loopback, with its own login (tempauth) and its S3 protocol (s3api) on one port. */
export interface TestSwift {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  /** The login of version 1, of a user who may do everything in the account. */
  readonly auth: SwiftUser & { readonly authUrl: string; readonly account: string };
  /**
   * Users of the same account who may do only some things, by a filter of ours: Swift itself knows nobody who may write
   * and not delete. `reader`: get and list; `writer`: put and list; `putter`: put alone. None makes containers.
   */
  readonly limited: Readonly<Record<'reader' | 'writer' | 'putter', SwiftUser>>;
  /** The same account by S3, in path style; buckets are containers. */
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Kills all servers; what is stored stays. Logins are forgotten. */
  stopServers(): Promise<void>;
  /** On the same ports. */
  startServers(): Promise<void>;
  /** Ends it and removes what it stored. It ends by itself with the test process. */
  stop(): Promise<void>;
}

const PROGRAMS = ['proxy', 'account', 'container', 'object'].map((kind) => `swift-${kind}-server`);
const USERS = [
  ['tester', 'testing', null],
  ['reader', 'reading', 'get,list'],
  ['writer', 'writing', 'put,list'],
  ['putter', 'putting', 'put'],
] as const;
const ATTEMPTS = 3;

/** Skips the test when Swift cannot run here; see `requireProgram`. */
export function requireSwift(context: Context): void {
  for (const program of [...PROGRAMS, 'memcached']) requireProgram(context, program);
  if ((keepsAttributes ??= probeAttributes())) return;
  const reason = 'the directory of temporary files keeps no extended attributes';
  if (isRequired('swift-object-server')) throw new Error(reason);
  skipBecause(context, reason);
}

let keepsAttributes: boolean | undefined;
let shared: Promise<TestSwift> | undefined;

/**
 * One Swift for all tests of this process, started by the first who asks, ended with the process. Each test uses
 * containers of its own, and nobody stops it.
 */
export async function sharedSwift(): Promise<Omit<TestSwift, 'stop' | 'stopServers' | 'startServers'>> {
  return (shared ??= startSwift());
}

/** Starts Swift on free ports; see {@link requireSwift}. As the user who runs the tests, root or not. */
export async function startSwift(): Promise<TestSwift> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce();
    } catch (error) {
      // A port that was free may be taken by the time its server starts.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnce(): Promise<TestSwift> {
  const directory = await temporaryDirectory('firn-swift-');
  const ports = await distinctPorts(['proxy', 'account', 'container', 'object', 'memcached']);
  const launcher = launch({ directory: directory.path, ports, users: USERS });
  const stop = async () => {
    await launcher.end();
    await directory.remove();
  };
  try {
    await launcher.tell('start');
  } catch (error) {
    await stop();
    throw error;
  }
  const port = ports['proxy'] ?? 0;
  const url = `http://127.0.0.1:${port}`;
  const user = (name: (typeof USERS)[number][0]): SwiftUser => ({
    user: `test:${name}`,
    key: USERS.find(([known]) => known === name)?.[1] ?? '',
  });
  const { user: accessKeyId, key: secretAccessKey } = user('tester');
  return {
    ...{ url, port, stop },
    auth: { authUrl: `${url}/auth/v1.0`, ...user('tester'), account: 'AUTH_test' },
    limited: { reader: user('reader'), writer: user('writer'), putter: user('putter') },
    s3: { endpoint: url, region: 'us-east-1', accessKeyId, secretAccessKey },
    stopServers: () => launcher.tell('stop'),
    startServers: () => launcher.tell('start'),
  };
}

async function distinctPorts(names: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const ports = new Set<number>();
  while (ports.size < names.length) ports.add(await freePort());
  return Object.fromEntries([...ports].map((port, at) => [names[at] ?? '', port]));
}

/** Swift keeps what it knows of an object in extended attributes of its file. */
function probeAttributes(): boolean {
  const probe = [
    'import os, tempfile',
    'with tempfile.NamedTemporaryFile() as file:',
    '    os.setxattr(file.name, "user.firn", b"x" * 2000)',
  ];
  return spawnSync(pythonOfSwift(), ['-B', '-c', probe.join('\n')], { stdio: 'ignore' }).status === 0;
}
