import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { Failure } from '#kernel';

export interface Held {
  /** Lets others have it. A second release does nothing. */
  release(): Promise<void>;
}

/**
 * Takes the name for this process, or gives `undefined` when somebody holds it, in this process or another.
 *
 * The kernel gives it back when the process ends, whatever way, kill -9 and crashes included, so there is nothing to
 * clean up. It keeps no process alive. Its scope is the network namespace: two containers with networks of their own
 * do not see each other's locks, and any user of the machine may hold a name.
 */
export async function exclusively(name: string): Promise<Held | undefined> {
  const server = createServer((caller) => caller.destroy()).unref();
  try {
    await listening(server, addressOf(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw new Failure(
      'internal.unexpected',
      `cannot lock "${name}": ${(error as Error).message}`,
      { name },
      error,
    );
  }
  let released: Promise<void> | undefined;
  return { release: () => (released ??= new Promise((resolve) => server.close(() => resolve()))) };
}

/** An abstract socket: a name known to the kernel only, without a file that could outlive its holder. */
function addressOf(name: string): string {
  return `\0firn-${createHash('sha256').update(name).digest('hex')}`;
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // `exclusive` keeps the address in this process even when it is a worker of a cluster.
    server.listen({ path, exclusive: true }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
