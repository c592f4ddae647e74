import { Failure } from '#kernel';
import type { Metadata, Stores } from '../metadata.js';
import { memoryTables } from './memory-tables.js';
import type { Draft } from './table.js';

/** Metadata that lives as long as its object. One transaction at a time: do not begin one within another. */
export function memoryMetadata(): Metadata {
  const open = memoryTables();
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  const ready = async () => {
    if (closed) throw new Failure('metadata.unavailable', 'the metadata were closed');
  };
  const attempt = async <T>(work: (stores: Stores) => Promise<T>): Promise<T> => {
    await ready();
    const drafts: Pick<Draft<unknown>, 'commit' | 'end'>[] = [];
    let spoilt: Failure | undefined;
    const stores = open({
      begin: (table) => {
        const draft = table.begin();
        drafts.push(draft);
        return draft;
      },
      spoil: (failure) => {
        spoilt ??= failure;
      },
    });
    try {
      const result = await work(stores);
      if (spoilt) throw spoilt;
      for (const draft of drafts) draft.commit();
      return result;
    } finally {
      for (const draft of drafts) draft.end();
    }
  };
  return {
    ready: async (signal) => {
      signal?.throwIfAborted();
      await ready();
    },
    transaction: (work) => {
      const done = last.then(() => attempt(work));
      last = done.catch(() => undefined);
      return done;
    },
    close: async () => {
      await last;
      closed = true;
    },
  };
}
