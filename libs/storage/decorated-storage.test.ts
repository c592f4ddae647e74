import { describe } from 'mocha';
import { FakeClock, HurryingClock } from '#kernel/testing';
import { silentLogger } from '#kernel';
import {
  composeStorage,
  limitedStorage,
  loggedStorage,
  retryingStorage,
  stallGuardedStorage,
  throttledStorage,
  type StorageBackend,
} from '#storage';
import { describeStorageContract, faultyStorage, memoryStorage } from '#storage/testing';

type Decorate = (inner: StorageBackend) => StorageBackend;

const random = () => 0.5;
const retry = () => ({
  clock: new HurryingClock(),
  attempts: 5,
  baseMs: 100,
  maxMs: 1000,
  totalMs: 60_000,
  random,
});

const decorators: Readonly<Record<string, Decorate>> = {
  retrying: (inner) => retryingStorage(inner, retry()),
  throttled: (inner) => throttledStorage(inner, { bytesPerSecond: 1 << 20, clock: new HurryingClock() }),
  'guarded against stalls': (inner) =>
    stallGuardedStorage(inner, { clock: new FakeClock(), stallMs: 60_000 }),
  'limited to one': (inner) => limitedStorage(inner, 1),
  logged: (inner) => loggedStorage(inner, silentLogger),
  faulty: (inner) => faultyStorage(inner, []),
  composed: (inner) =>
    composeStorage(inner, {
      clock: new HurryingClock(),
      random,
      logger: silentLogger,
      connections: 3,
      bytesPerSecond: 10 << 20,
    }),
};

describe('decorators', () => {
  for (const [name, decorate] of Object.entries(decorators)) {
    const bases = new Map<StorageBackend, ReturnType<typeof memoryStorage>>();
    const decorated = (base: ReturnType<typeof memoryStorage>) => {
      const storage = decorate(base);
      bases.set(storage, base);
      return storage;
    };
    describeStorageContract(`${name} over memory`, {
      open: async () => decorated(memoryStorage()),
      reopen: async (storage) => {
        await storage.close();
        return decorated((bases.get(storage) ?? memoryStorage()).reopen());
      },
    });
  }
});
