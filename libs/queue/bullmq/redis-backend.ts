import { createRedisBackend } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Backends } from './queue-server.js';

/** Backends that share a client; that of a worker has a second one, which blocks. */
export function redisBackends(client: Redis): Backends {
  return (name, options, kind) => {
    const backend = createRedisBackend(name, { ...options, connection: client }, kind);
    const close = backend.close.bind(backend);
    const disconnect = backend.disconnectBlocking.bind(backend);
    let blocking: { readonly status: string } | undefined;
    backend.blockingClient?.then(
      (connected) => (blocking = connected),
      () => undefined,
    );
    // A client that is called off between two attempts to connect never says that it has ended, and never answers.
    const isThere = () => blocking?.status === 'ready';
    backend.disconnectBlocking = async (wait = true) => {
      if (blocking) await disconnect(wait && isThere());
    };
    backend.close = (force = false) => close(force || !isThere());
    return backend;
  };
}
