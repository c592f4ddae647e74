import assert from 'node:assert/strict';
import type { ScriptedFault, StorageCall } from './scripted-fault.js';

/** Counts calls, keeps the diary, and says which fault is due. */
export class FaultScript {
  readonly diary: string[] = [];
  readonly #counts = new Map<StorageCall | 'any', number>();
  readonly #met = new Set<ScriptedFault>();

  constructor(private readonly faults: readonly ScriptedFault[]) {}

  /** The first fault written for this call. */
  next(call: StorageCall, what: string): ScriptedFault | undefined {
    const counts = new Map(([call, 'any'] as const).map((name) => [name, this.#count(name)]));
    const isDue = ({ call: name, nth }: ScriptedFault) =>
      counts.has(name) && (nth === 'every' || nth === counts.get(name));
    const fault = this.faults.find(isDue);
    if (fault) this.#met.add(fault);
    this.diary.push(`${call} ${what}${fault ? ` → ${fault.does}` : ''}`);
    return fault;
  }

  assertAllMet(): void {
    const missed = this.faults.filter((fault) => !this.#met.has(fault));
    const names = missed.map(({ does, nth, call }) => `${does} at ${nth} ${call}`).join(', ');
    assert.equal(names, '', `faults that were not met: ${names}; the calls were:\n${this.diary.join('\n')}`);
  }

  #count(name: StorageCall | 'any'): number {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count;
  }
}
