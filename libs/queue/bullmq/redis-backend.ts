import { createRedisBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import { systemClock } from '#kernel';
import { FAREWELL_MS } from './patient-backend.js';
import type { Backends } from './queue-server.js';

/** Backends that share a client; that of a worker has a second one, which blocks. */
export function redisBackends(client: Redis): Backends {
  return (name, options, kind) => {
    const backend = createRedisBackend(name, { ...options, connection: client }, kind);
    const close = backend.close.bind(backend);
    const disconnect = backend.disconnectBlocking.bind(backend);
    let blocking: { readonly status: string; disconnect(): void } | undefined;
    backend.blockingClient?.then(
      (connected) => (blocking = connected),
      () => undefined,
    );
    // A client that is called off between two attempts to connect never says that it has ended, and never answers.
    const isThere = () => blocking?.status === 'ready';
    // And one that was there may be gone by the time it is told: then nobody waits for it any longer.
    const hangUp = () => blocking?.disconnect();
    backend.disconnectBlocking = async (wait = true) => {
      if (blocking) await inTime(disconnect(wait && isThere()), hangUp);
    };
    backend.close = (force = false) => inTime(close(force || !isThere()), hangUp);
    return backend;
  };
}

/** Waits for `work`, but not for ever: `late` is called then, and how the work ends matters no more. */
async function inTime(work: Promise<void>, late: () => void): Promise<void> {
  const done = new AbortController();
  const patience = systemClock.sleep(FAREWELL_MS, done.signal).then(late, () => undefined);
  await Promise.race([work.finally(() => done.abort(new Error('done'))), patience]);
}
