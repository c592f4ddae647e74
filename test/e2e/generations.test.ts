import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { removeTree } from '#host';
import {
  agent,
  assertSameTree,
  changeTree,
  isRoot,
  makeOddTree,
  nobodyCanRun,
  passFile,
  skipBecause,
  type AgentOptions,
} from '#test/support';

const GENERATIONS = 5;

/** Backs up a changing tree again and again, keeping a true copy of each generation. */
function generations(
  title: string,
  setup: { asNobody: boolean; level: readonly string[]; encrypted: boolean; codec: string },
) {
  describe(title, function () {
    this.timeout(240_000);
    const options: AgentOptions = { asNobody: setup.asNobody };
    const asRoot = isRoot() && !setup.asNobody;
    let place: string;
    const ids: string[] = [];
    const levels: number[] = [];
    const where = () => [
      '--container',
      join(place, 'container'),
      ...(setup.encrypted ? ['--encrypt-pass-file', join(place, 'pass')] : []),
    ];

    before(async function () {
      if (setup.asNobody && !nobodyCanRun()) skipBecause(this, 'this build lies where nobody may not read');
      place = mkdtempSync(join(tmpdir(), 'firn-generations-'));
      execFileSync('chmod', ['755', place]);
      passFile(place);
      for (const name of ['source', 'container', 'kept']) mkdirSync(join(place, name));
      await makeOddTree(join(place, 'source'), { asRoot, seed: 7 });
      if (setup.asNobody && isRoot()) execFileSync('chown', ['-hR', '65534:65534', place]);
    });
    after(() => removeTree(place));

    for (let generation = 0; generation < GENERATIONS; generation += 1) {
      it(`backs up generation ${generation}`, async () => {
        const source = join(place, 'source');
        if (generation > 0) await changeTree(source, generation, 7);
        if (setup.asNobody && isRoot()) execFileSync('chown', ['-hR', '65534:65534', source]);
        execFileSync('cp', ['-a', '--sparse=always', source, join(place, 'kept', String(generation))]);
        const run = await agent(
          [
            'backup',
            '--path-to-backup',
            source,
            '--backup-name',
            'odd tree/1',
            '--compression',
            setup.codec,
            ...setup.level,
            ...where(),
          ],
          options,
        );
        assert.equal(run.code, 0, run.stderr + JSON.stringify(run.failure));
        assert.equal(run.summary['state'], 'succeeded');
        ids.push(String(run.summary['backup']));
        levels.push(Number(run.summary['level']));
      });
    }

    it('chose the levels it was told to', () => {
      const always = setup.level.includes('--always-level');
      assert.deepEqual(levels, always ? [0, 1, 2, 2, 2] : [0, 1, 2, 3, 4]);
    });

    for (let generation = 0; generation < GENERATIONS; generation += 1) {
      it(`restores generation ${generation} as it was`, async () => {
        const target = join(place, `restored-${generation}`);
        const run = await agent(
          ['restore', '--backup-id', ids[generation] ?? '', '--restore-abs-path', target, ...where()],
          options,
        );
        assert.equal(run.code, 0, run.stderr + JSON.stringify(run.failure));
        await assertSameTree(join(place, 'kept', String(generation)), target);
      });
    }

    it('restores the newest into a tree that has gone elsewhere, and deletes what was not there', async () => {
      const target = join(place, 'restored-0');
      const run = await agent(
        ['restore', '--backup-id', ids.at(-1) ?? '', '--restore-abs-path', target, '--delete', ...where()],
        options,
      );
      assert.equal(run.code, 0, run.stderr + JSON.stringify(run.failure));
      await assertSameTree(join(place, 'kept', String(GENERATIONS - 1)), target);
    });

    it('verifies, with and without reading the data', async () => {
      for (const extra of [[], ['--read-data']]) {
        const run = await agent(['verify', ...extra, ...where()], options);
        assert.equal(run.code, 0, run.stderr + JSON.stringify(run.lines));
        assert.equal(run.summary['backups'], GENERATIONS);
      }
    });
  });
}

describe('five generations of a tree with every oddity', () => {
  generations('encrypted increments', { asNobody: false, level: [], encrypted: true, codec: 'zstd' });
  generations('a differential against level 1, gzip, not encrypted', {
    ...{ asNobody: false, level: ['--always-level', '2'], encrypted: false, codec: 'gzip' },
  });
  generations('as an ordinary user', { asNobody: true, level: [], encrypted: true, codec: 'zstd' });
});
