import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { findProgram } from '#host';

/** The process that starts and ends Swift's servers, as it was told; it ends with the test process. */
export interface Launcher {
  /** Resolves when it is done, rejects with what went wrong. */
  tell(command: 'start' | 'stop'): Promise<void>;
  /** Ends all servers and removes their directory. */
  end(): Promise<void>;
}

/** From `dist`, since Python's files are not compiled. */
const PROGRAM = fileURLToPath(
  new URL('../../../../../test/support/servers/swift/all-in-one.py', import.meta.url),
);

/** The Python that has Swift's modules: another one may come first in the PATH. */
export function pythonOfSwift(): string {
  const program = findProgram('swift-proxy-server');
  if (program === undefined) throw new Error('there is no program swift-proxy-server');
  const [line = ''] = readFileSync(program, 'utf8').split('\n', 1);
  return line.startsWith('#!') ? line.slice(2).trim() : 'python3';
}

export function launch(settings: unknown): Launcher {
  // A session of its own: what ends a test run must not end the one who cleans up behind it.
  const child = spawn(pythonOfSwift(), ['-B', PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-4000)));
  const gone = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(settings)}\n`);

  /** While nobody waits for it, it holds up the end of no process. */
  const held = async <T>(act: () => Promise<T>): Promise<T> => {
    const handles = [child, child.stdout as Socket, child.stderr as Socket, child.stdin as unknown as Socket];
    for (const handle of handles) handle.ref();
    try {
      return await act();
    } finally {
      for (const handle of handles) handle.unref();
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = turn.then(() => held(act));
    turn = done.catch(() => undefined);
    return done;
  };

  return {
    tell: (command) =>
      inTurn(async () => {
        child.stdin.write(`${command}\n`);
        const answer = await lines.next();
        if (answer.done) throw new Error(`Swift did not start: ${words}`);
        if (answer.value !== 'done') throw new Error(`Swift did not ${command}: ${answer.value}`);
      }),
    end: () =>
      inTurn(async () => {
        child.stdin.end();
        await gone;
      }),
  };
}
