import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '#kernel';
import { freePort, temporaryDirectory } from '#host';

/** A Redis of its own on the loopback, which forgets everything when it stops. */
export interface TestRedis {
  readonly url: string;
  /** As `kill -9` does it. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts Debian's `redis-server`; see `requireProgram`. */
export async function startRedis(): Promise<TestRedis> {
  const directory = await temporaryDirectory('firn-redis-');
  const port = await freePort();
  let server: ChildProcess | undefined;

  const start = async () => {
    const settings = {
      port,
      bind: '127.0.0.1',
      dir: directory.path,
      save: '',
      appendonly: 'no',
      loglevel: 'warning',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const started = spawn('redis-server', args, { stdio: 'ignore' });
    server = started;
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`);
      await systemClock.sleep(20);
    }
  };
  const stop = async () => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  };

  await start();
  return {
    url: `redis://127.0.0.1:${port}/0`,
    start,
    stop,
    close: async () => {
      await stop();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
