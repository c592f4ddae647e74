import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { Failure } from '#kernel';

const LOOPBACK = '127.0.0.1';
const LOWEST = 15_000;
const TRIES = 100;

/**
 * A TCP port on which nobody listens on the loopback address. It is not kept: somebody else may take it before the
 * caller does, so whoever uses it must be ready to ask again.
 *
 * It is below those that the system gives to connections. A server that is started again on one of these may find it
 * taken: by any connection, even by one of its own clients that tries to reach it and is connected to itself.
 */
export async function freePort(): Promise<number> {
  const end = firstOfConnections();
  for (let tries = 0; end > LOWEST && tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, end);
    if (await portIsFree(port)) return port;
  }
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

/** Where the ports begin that the system gives to connections; Linux's own default when it does not say. */
function firstOfConnections(): number {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'));
  } catch {
    return 32_768;
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
