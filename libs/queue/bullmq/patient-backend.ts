import { EventEmitter } from 'node:events';
import { ConnectionClosedError, type IQueueBackend } from 'bullmq';
import { systemClock } from '#kernel';
import { raced } from './raced.js';

/** Wait after a look for work that failed. */
export const PAUSE_MS = 1000;
/** How long a worker that closes waits for a server that does not answer. What it could not tell is done again. */
export const FAREWELL_MS = 3000;

// With these a worker begins to close, and ends: they have an end of their own.
const ENDS: readonly string[] = ['disconnectBlocking', 'close'] satisfies (keyof IQueueBackend)[];

/**
 * A worker of BullMQ that is refused asks again at once, and does nothing else; this makes it take a breath. And one that
 * closes while the server is away would wait for its return; this makes it leave.
 */
export function patient<Backend extends IQueueBackend>(backend: Backend): Backend {
  const leaving = new AbortController();
  const farewell = new AbortController();
  const closed = new AbortController();
  const methods = backend as unknown as Record<string, (...values: unknown[]) => unknown>;
  for (const name of methodsOf(backend)) {
    const method = methods[name]?.bind(backend);
    if (!method || ENDS.includes(name)) continue;
    methods[name] = (...values) => {
      const result = method(...values);
      return result instanceof Promise ? raced(result, farewell.signal) : result;
    };
  }

  const take = backend.moveToActive.bind(backend);
  backend.moveToActive = (...values) => pausingOnError(() => take(...values), leaving.signal);
  const wait = backend.waitForJob.bind(backend);
  backend.waitForJob = (seconds) =>
    pausingOnError(() => raced(wait(seconds), leaving.signal), leaving.signal);

  // A worker disconnects when it begins to close.
  const disconnect = backend.disconnectBlocking.bind(backend);
  backend.disconnectBlocking = async (...values) => {
    leaving.abort(new ConnectionClosedError());
    systemClock.sleep(FAREWELL_MS, closed.signal).then(
      () => farewell.abort(new ConnectionClosedError()),
      () => undefined,
    );
    await disconnect(...values);
  };
  const close = backend.close.bind(backend);
  backend.close = (force) => {
    closed.abort();
    return close(force);
  };
  return backend;
}

async function pausingOnError<T>(act: () => Promise<T>, leaving: AbortSignal): Promise<T> {
  try {
    return await act();
  } catch (error) {
    await systemClock.sleep(PAUSE_MS, leaving).catch(() => undefined);
    throw error;
  }
}

/** Of its classes, but not what it has of an emitter. Whatever a worker may come to wait for is among them. */
function methodsOf(backend: object): ReadonlySet<string> {
  const its = Object.getPrototypeOf(backend) as object;
  if (its === EventEmitter.prototype || its === Object.prototype) return new Set();
  const names = Object.entries(Object.getOwnPropertyDescriptors(its))
    .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
    .map(([name]) => name);
  return new Set([...names, ...methodsOf(its)]);
}
