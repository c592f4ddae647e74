import { after, afterEach, before, beforeEach, describe } from 'mocha';
import type { StorageBackend } from '../storage-backend.js';
import { describeEnding } from './contract-ending.js';
import { describeKeys } from './contract-keys.js';
import { describeListing } from './contract-listing.js';
import { describeReading } from './contract-reading.js';
import { describeWriting } from './contract-writing.js';
import type { Given } from './given.js';

export interface StorageUnderContract {
  /** A new, empty place, opened. */
  open(): Promise<StorageBackend>;
  /** Closes the storage and opens the same place again. */
  reopen?(storage: StorageBackend): Promise<StorageBackend>;
  /** Why this storage cannot be tested here, or nothing when it can. */
  available?(): string | undefined;
}

/**
 * What the port promises, as tests. A storage kind is a folder plus one line in `drivers/index.ts`; it is done when its
 * test calls this and is green, and then adds what is peculiar to it.
 */
export function describeStorageContract(name: string, subject: StorageUnderContract): void {
  const reason = subject.available?.();
  describe(`storage contract: ${name}${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
    let storage: StorageBackend | undefined;
    before(function () {
      if (reason !== undefined) this.skip();
    });
    beforeEach(async () => {
      storage = await subject.open();
    });
    afterEach(() => storage?.close());
    after(() => (storage = undefined));

    const given = (): Given => {
      if (!storage) throw new Error('there is a storage only while a test runs');
      const current = storage;
      const reopened = async () => (storage = (await subject.reopen?.(current)) ?? current);
      return { storage: current, reopened };
    };
    describeWriting(given);
    describeReading(given);
    describeListing(given);
    describeKeys(given);
    describeEnding(given);
  });
}
