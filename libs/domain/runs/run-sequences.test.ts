import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { isFailure, type ProjectId, type RunId } from '#kernel';
import { aClaim, at, LEASE_MS } from '../testing/runs.js';
import { claimRun } from './claim.js';
import { beat, giveUp, requestCancel, settle } from './run-life.js';
import { hasEnded, isActive, RUN_ENDS } from './run-states.js';
import type { Run } from './run.js';

const HOLDERS = ['a', 'b', 'c'] as const;
type Holder = (typeof HOLDERS)[number];

const holder = fc.constantFrom(...HOLDERS);
const act = fc.oneof(
  fc.record({ does: fc.constant('claim'), holder }),
  fc.record({ does: fc.constant('beat'), holder }),
  fc.record({ does: fc.constant('report'), holder, end: fc.constantFrom(...RUN_ENDS) }),
  fc.record({ does: fc.constant('give up') }),
  fc.record({ does: fc.constant('cancel') }),
  fc.record({ does: fc.constant('wait'), seconds: fc.integer({ min: 1, max: 90 }) }),
);
type Act = { does: string; holder?: Holder; end?: (typeof RUN_ENDS)[number]; seconds?: number };

/** A run in the hands of several holders, each of whom knows only the fence that it was once given. */
class Table {
  run: Run | undefined;
  seconds = 0;
  settled = 0;
  readonly fences = new Map<Holder, number>();

  do({ does, holder: who = 'a', end = 'succeeded', seconds = 0 }: Act): void {
    const now = at(this.seconds);
    const fence = this.fences.get(who);
    if (does === 'wait') this.seconds += seconds;
    if (does === 'claim') {
      const claim = aClaim({ holder: who, claimId: `claim-${who}` });
      this.run = claimRun(claim, this.run, { id: 'run' as RunId, project: 'p' as ProjectId }, LEASE_MS, now);
      this.fences.set(who, this.run.fence);
    }
    if (!this.run) return;
    if (does === 'beat' && fence !== undefined) this.run = beat(this.run, { fence }, LEASE_MS, now);
    if (does === 'report' && fence !== undefined) {
      const report = { fence, state: end, endedAt: now, attempts: [], bytesRead: 1, bytesStored: 1 };
      const { run, first } = settle(this.run, report, now);
      this.settled += Number(first);
      this.run = run;
    }
    if (does === 'give up') this.run = giveUp(this.run, now);
    if (does === 'cancel') this.run = requestCancel(this.run, 'ann', now);
  }

  /** Who could still heartbeat now. */
  holders(): readonly Holder[] {
    const { run } = this;
    if (!run || hasEnded(run.state)) return [];
    return HOLDERS.filter((who) => this.fences.get(who) === run.fence);
  }
}

describe('any sequence of claims, heartbeats, reports, losses and cancels', () => {
  const play = (acts: readonly Act[], look: (before: Run | undefined, table: Table) => void) => {
    const table = new Table();
    for (const each of acts) {
      const before = table.run;
      try {
        table.do(each);
      } catch (error) {
        assert.ok(
          isFailure(error, 'run.already-claimed', 'run.lease-lost', 'run.transition-invalid'),
          String(error),
        );
        assert.equal(table.run, before);
      }
      look(before, table);
    }
  };
  const always = (look: (before: Run | undefined, table: Table) => void) =>
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => play(acts, look)),
      { numRuns: 500 },
    );

  it('leaves at most one holder, who is the one that the run names', () => {
    always((_, table) => {
      const holders = table.holders();
      assert.ok(holders.length <= 1, holders.join());
      if (holders[0]) assert.equal(table.run?.holder, holders[0]);
    });
  });

  it('never lets the fence fall', () => {
    always((before, { run }) => assert.ok((run?.fence ?? 0) >= (before?.fence ?? 0)));
  });

  it('leaves ended what has ended, as it was', () => {
    always((before, { run }) => {
      if (before && hasEnded(before.state)) assert.deepEqual(run, before);
    });
  });

  it('settles a report once', () => {
    always((_, table) => assert.ok(table.settled <= 1));
  });

  it('takes a run from nobody whose lease still lasts', () => {
    always((before, table) => {
      if (!before || !table.run || table.run.fence === before.fence) return;
      assert.ok(!isActive(before.state) || before.leaseUntil < at(table.seconds));
    });
  });
});
