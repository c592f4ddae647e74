import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { RUN_STATES } from '#domain';
import { aRun } from './documents.js';
import type { MetadataUnderContract } from './metadata-under-contract.js';

export function describeEnding(open: () => Promise<MetadataUnderContract>): void {
  describe('totals', () => {
    it('sum up the runs of all projects by state, beyond 2^32', async () => {
      const { metadata, close } = await open();
      const totals = () => metadata.transaction(({ runs }) => runs.totals());
      try {
        assert.deepEqual(await totals(), []);
        await metadata.transaction(async ({ runs }) => {
          await runs.insert(aRun({ state: 'succeeded', bytesRead: 2 ** 40, bytesStored: 5 }));
          await runs.insert(aRun({ state: 'succeeded', bytesRead: 2 ** 40, bytesStored: 6 }));
          await runs.insert(aRun({ state: 'claimed' }));
        });
        const byState = (await totals()).toSorted(
          (a, b) => RUN_STATES.indexOf(a.state) - RUN_STATES.indexOf(b.state),
        );
        assert.deepEqual(byState, [
          { state: 'claimed', runs: 1, bytesRead: 0, bytesStored: 0 },
          { state: 'succeeded', runs: 2, bytesRead: 2 ** 41, bytesStored: 11 },
        ]);
      } finally {
        await close();
      }
    });
  });

  describe('the end', () => {
    it('waits for what is under way, can come twice, and refuses everything after it', async () => {
      const { metadata, close } = await open();
      await metadata.ready();
      const under = metadata.transaction(async ({ runs }) => {
        const run = aRun();
        await runs.insert(run);
        return (await runs.get(run.id))?.id === run.id;
      });
      await Promise.all([metadata.close(), metadata.close()]);
      assert.equal(await under, true);
      await assert.rejects(metadata.ready(), { code: 'metadata.unavailable' });
      const late = metadata.transaction(async () => 1);
      await assert.rejects(late, { code: 'metadata.unavailable' });
      await close();
    });

    it('is heard by who waits for the metadata to be ready', async () => {
      const { metadata, close } = await open();
      await assert.rejects(metadata.ready(AbortSignal.abort(new Error('enough'))), /enough/);
      await close();
    });
  });
}
