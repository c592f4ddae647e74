import { asFailure, monotonicMs, type Failure, type Logger } from '#kernel';
import { delegating } from './delegating.js';
import { relay } from './relay.js';
import type { StorageBackend } from '../storage-backend.js';

/**
 * The same storage, with one line in the log for each call: `call`, `key` or `prefix`, `result`, `ms`, and `bytes` or
 * `objects` where there are some. A get is logged when its stream is done. What goes well is `debug`, what fails `warn`.
 */
export function loggedStorage(inner: StorageBackend, logger: Logger): StorageBackend {
  const begin = (call: string, facts: object) => new LoggedCall(logger, { call, ...facts });
  return {
    ...delegating(inner),
    put: (key, body, signal) => begin('put', { key, bytes: body.size }).await(inner.put(key, body, signal)),
    get: async (key, range, signal) => {
      const call = begin('get', { key, ...range });
      const stream = await call.unlessFailed(inner.get(key, range, signal));
      let bytes = 0;
      const counted = relay(
        call.counting(stream as AsyncIterable<Buffer>, (chunk) => (bytes += chunk.length)),
        () => stream.destroy(),
      );
      return counted.once('close', () => call.end(counted.errored, { bytes, whole: counted.readableEnded }));
    },
    head: (key, signal) => begin('head', { key }).await(inner.head(key, signal)),
    list: (prefix, signal) => begin('list', { prefix }).listing(inner.list(prefix, signal)),
    folders: (prefix, signal) => begin('folders', { prefix }).listing(inner.folders(prefix, signal)),
    remove: (key, signal) => begin('remove', { key }).await(inner.remove(key, signal)),
  };
}

class LoggedCall {
  readonly #beganMs = monotonicMs();

  constructor(
    private readonly logger: Logger,
    private readonly facts: object,
  ) {}

  async await<T>(answer: Promise<T>): Promise<T> {
    const value = await this.unlessFailed(answer);
    this.end(undefined);
    return value;
  }

  async unlessFailed<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.end(error);
      throw error;
    }
  }

  async *listing<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    let objects = 0;
    let error: unknown;
    try {
      yield* this.counting(source, () => (objects += 1));
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      this.end(error, { objects });
    }
  }

  async *counting<T>(source: AsyncIterable<T>, count: (item: T) => void): AsyncGenerator<T> {
    for await (const item of source) {
      count(item);
      yield item;
    }
  }

  end(error: unknown, more: object = {}): void {
    const facts = { ...this.facts, ...more, ms: Math.round(monotonicMs() - this.#beganMs) };
    if (error === undefined || error === null)
      return this.logger.debug('storage call', { ...facts, result: 'ok' });
    const failure = asFailure(error);
    const { code: result, message } = failure;
    if (isOrdinary(failure)) return this.logger.debug('storage call', { ...facts, result });
    this.logger.warn('storage call', { ...facts, result, error: message });
  }
}

/** To ask for what is not there is a question like another, and whoever leaves a stream half read has his reasons. */
function isOrdinary({ code, kind }: Failure): boolean {
  return code === 'storage.object-missing' || kind === 'cancelled';
}
