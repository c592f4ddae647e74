import { createServer, type AddressInfo } from 'node:net';
import { Failure } from '#kernel';

const LOOPBACK = '127.0.0.1';

/**
 * A TCP port on which nobody listens on the loopback address. It is not kept: somebody else may take it before the
 * caller does, so whoever uses it must be ready to ask again.
 */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether a server could listen on this TCP port of the loopback address (or of `host`) now. */
export async function portIsFree(port: number, host = LOOPBACK): Promise<boolean> {
  try {
    await listenOnce(port, host);
    return true;
  } catch (error) {
    if (['EADDRINUSE', 'EACCES', 'EPERM'].includes(codeOf(error))) return false;
    throw new Failure('internal.unexpected', `cannot try port ${port} of ${host}`, { port, host }, error);
  }
}

function listenOnce(port: number, host = LOOPBACK): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer((caller) => caller.destroy());
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const { port: given } = server.address() as AddressInfo;
      server.close(() => resolve(given));
    });
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
