import type { Readable } from 'node:stream';

/** Resolves when the stream has its first bytes, or its end; rejects when it fails before. Nothing is taken from it. */
export function firstBytes(stream: Readable): Promise<void> {
  if (stream.errored) return Promise.reject(stream.errored);
  if (stream.readableLength > 0 || stream.destroyed) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => () => {
      stream.off('readable', onReady).off('close', onReady).off('error', onError);
      settle();
    };
    const onReady = done(resolve);
    const onError = (error: Error) => done(() => reject(error))();
    stream.on('readable', onReady).on('close', onReady).on('error', onError);
  });
}
