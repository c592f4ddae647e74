import { Failure } from '#kernel';
import type { ObjectKey, StorageBackend } from '../storage-backend.js';
import { delegating } from '../decorators/delegating.js';
import { FaultScript } from './fault-script.js';
import { damagedBytes, folderNames, unbroken, without } from './damage.js';
import { frozen, frozenStream, wrongedBody } from './frozen.js';
import type { ScriptedFault, StorageCall } from './scripted-fault.js';
import { Stall } from './stall.js';

export interface FaultyStorage extends StorageBackend {
  /** Every call in order: `put a/b`, `get a/b 0-10 → truncate`. */
  readonly diary: readonly string[];
  /** Lets every call go on that stalls now. */
  release(): void;
  /** Resolves when so many calls stall at the same time. */
  stalled(calls?: number): Promise<void>;
  /** Throws unless each fault of the script has happened. */
  assertAllMet(): void;
}

/** A storage in front of `inner` that goes wrong as the script says, and otherwise works. */
export function faultyStorage(inner: StorageBackend, faults: readonly ScriptedFault[]): FaultyStorage {
  const script = new FaultScript(faults);
  const stall = new Stall();
  const newest: ObjectKey[] = [];

  /** The call, wronged. `act` is given the fault when it is one that it has to do itself. */
  const wronged = async <T>(
    call: StorageCall,
    what: string,
    signal: AbortSignal | undefined,
    act: (fault?: ScriptedFault) => Promise<T>,
  ): Promise<T> => {
    const fault = script.next(call, what);
    if (fault?.does === 'stall') await stall.wait(signal);
    if (fault?.does === 'fail') throw fault.failure ?? unavailable(call, what);
    const answer = await act(fault);
    if (fault?.does === 'lose-answer') throw fault.failure ?? unavailable(call, what);
    return answer;
  };
  async function* listing<T>(
    call: 'list' | 'folders',
    prefix: ObjectKey,
    signal: AbortSignal | undefined,
    open: (hidden: ReadonlySet<ObjectKey>) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    const { source, fault } = await wronged(call, prefix, signal, async (met) => {
      const hidden = met?.does === 'stale' ? newest.slice(-met.hides) : [];
      return { source: open(new Set(hidden)), fault: met };
    });
    const failure = fault?.does === 'break' ? (fault.failure ?? unavailable(call, prefix)) : undefined;
    const items = unbroken(source, fault?.does === 'break' ? fault.after : Infinity, failure);
    yield* fault?.does === 'freeze'
      ? frozen(
          items,
          () => 1,
          fault.after,
          () => stall.wait(signal),
        )
      : items;
  }

  return {
    ...delegating(inner),
    put: (key, body, signal) =>
      wronged('put', key, signal, async (fault) => {
        await inner.put(key, await wrongedBody(body, fault, () => stall.wait(signal)), signal);
        newest.push(key);
      }),
    get: (key, range, signal) =>
      wronged('get', range ? `${key} ${range.start}-${range.end}` : key, signal, async (fault) => {
        const stream = await inner.get(key, range, signal);
        if (fault?.does === 'freeze') return frozenStream(stream, fault.after, () => stall.wait(signal));
        return fault ? damagedBytes(stream, fault, unavailable('get', key)) : stream;
      }),
    head: (key, signal) => wronged('head', key, signal, () => inner.head(key, signal)),
    remove: (key, signal) => wronged('remove', key, signal, () => inner.remove(key, signal)),
    list: (prefix, signal) =>
      listing('list', prefix, signal, (hidden) => without(inner.list(prefix, signal), hidden)),
    folders: (prefix, signal) =>
      listing('folders', prefix, signal, (hidden) =>
        hidden.size === 0
          ? inner.folders(prefix, signal)
          : folderNames(prefix, without(inner.list(prefix, signal), hidden)),
      ),
    diary: script.diary,
    release: () => stall.release(),
    stalled: (calls = 1) => stall.reached(calls),
    assertAllMet: () => script.assertAllMet(),
  };
}

function unavailable(call: StorageCall, what: string): Failure {
  return new Failure('storage.unavailable', `scripted failure of ${call} "${what}"`);
}
