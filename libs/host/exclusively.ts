import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { Failure, monotonicMs, systemClock } from '#kernel';

/**
 * A holder that was killed while it started a command lives on in that command's process for the moment between fork
 * and exec, with everything that it held: 6 ms were seen with two cores kept busy, and this leaves room for worse days.
 */
const LAST_BREATH_MS = 500;
const RETRY_MS = 20;

export interface Held {
  /** Lets others have it. A second release does nothing. */
  release(): Promise<void>;
}

/**
 * Takes the name for this process, or gives `undefined` when somebody holds it, in this process or another: after half
 * a second, in which a holder that was just killed has let go of it.
 *
 * The kernel gives it back when the process ends, whatever way, kill -9 and crashes included, so there is nothing to
 * clean up. It keeps no process alive. Its scope is the network namespace: two containers with networks of their own
 * do not see each other's locks, and any user of the machine may hold a name.
 */
export async function exclusively(name: string): Promise<Held | undefined> {
  const patientUntil = monotonicMs() + LAST_BREATH_MS;
  let server: Server | undefined;
  while (!(server = await listening(name))) {
    if (monotonicMs() >= patientUntil) return undefined;
    await systemClock.sleep(RETRY_MS);
  }
  return heldBy(server);
}

function heldBy(server: Server): Held {
  let released: Promise<void> | undefined;
  return { release: () => (released ??= new Promise((resolve) => server.close(() => resolve()))) };
}

/** An abstract socket: a name known to the kernel only, without a file that could outlive its holder. */
function addressOf(name: string): string {
  return `\0firn-${createHash('sha256').update(name).digest('hex')}`;
}

/** `undefined` when the address is taken. */
function listening(name: string): Promise<Server | undefined> {
  const server = createServer((caller) => caller.destroy()).unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return resolve(undefined);
      const message = `cannot lock "${name}": ${error.message}`;
      reject(new Failure('internal.unexpected', message, { name }, error));
    });
    // `exclusive` keeps the address in this process even when it is a worker of a cluster.
    server.listen({ path: addressOf(name), exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve(server);
    });
  });
}
