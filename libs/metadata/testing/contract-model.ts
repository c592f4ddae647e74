import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Failure, isFailure, type ProjectId } from '#kernel';
import { memoryMetadata } from '../memory/memory-metadata.js';
import type { Metadata, Stores } from '../metadata.js';
import { actArbitrary, doAct, type Act } from './acts.js';
import { freshId } from './documents.js';
import { KINDS } from './kinds-under-test.js';

interface Turn {
  readonly acts: readonly Act[];
  readonly givesUp: boolean;
}

const turns = fc.array(fc.record({ acts: fc.array(actArbitrary, { maxLength: 8 }), givesUp: fc.boolean() }), {
  maxLength: 8,
});

export function describeModel(given: () => Metadata): void {
  describe('any sequence of transactions', () => {
    it('does what the same sequence does in memory', async () => {
      const model = memoryMetadata();
      await fc.assert(
        fc.asyncProperty(turns, async (sequence) => {
          const project = freshId() as ProjectId;
          for (const turn of sequence) {
            assert.deepEqual(await outcome(given(), turn, project), await outcome(model, turn, project));
          }
          assert.deepEqual(await everything(given(), project), await everything(model, project));
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** What each act gave, and how the transaction ended. */
async function outcome(metadata: Metadata, { acts, givesUp }: Turn, project: ProjectId): Promise<unknown[]> {
  const said: unknown[] = [];
  const work = async (stores: Stores) => {
    for (const act of acts) {
      const answer = await doAct(stores, act, project).catch(codeOf);
      said.push(answer);
      if (act.verb === 'update' && answer === 'metadata.duplicate') return;
    }
    if (givesUp) throw new Failure('run.cancelled', 'given up');
  };
  said.push(await metadata.transaction(work).catch(codeOf));
  return said;
}

function codeOf(error: unknown): string {
  if (isFailure(error)) return error.code;
  throw error;
}

function everything(metadata: Metadata, project: ProjectId): Promise<unknown[]> {
  return metadata.transaction(async (stores) => {
    const all: unknown[] = [];
    for (const { store } of KINDS) all.push(await store(stores).list({ where: { project } }));
    return all;
  });
}
