import { before, describe } from 'mocha';
import type { StorageBackend } from '#storage';
import { describeStorageContract } from '#storage/testing';
import { requireSwift, sharedSwift } from '#test/support';
import { GivenSwift } from './testing/given-swift.js';

/**
 * Some objects of the contract are larger, so that it holds for objects with parts too. Of parts below 1 MiB Swift gives
 * out ten, and from then on one a second (`rate_limit_under_size`).
 */
const PART_BYTES = 1_100_000;

describe('Swift', () => {
  let given: GivenSwift;
  const containers = new Map<StorageBackend, string>();
  before(async function () {
    requireSwift(this);
    given = new GivenSwift(await sharedSwift());
  });
  const opened = async (container: string) => {
    const storage = await given.storage({ container, partSize: PART_BYTES });
    containers.set(storage, container);
    return storage;
  };

  describeStorageContract('swift', {
    open: () => opened(given.container()),
    reopen: async (storage) => {
      await storage.close();
      return opened(containers.get(storage) ?? '');
    },
  });
});
