import assert from 'node:assert/strict';
import { linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'mocha';
import { comparedTrees, systemCommands } from '#host';
import { requireProgram, timePasses, withTemporaryDirectory } from '#test/support';
import type { EngineState, Source } from '../../../archive-engine.js';
import { archived, extracted, wholeSource, type Level } from '../../../testing/index.js';
import { tarEngine } from '../tar-engine.js';

describe('a moved directory with hard links in it to files elsewhere', () => {
  before(function () {
    requireProgram(this, 'tar');
  });

  it('takes the names elsewhere with it, and no others', async () => {
    await withTree(async ({ root, archive, differences }) => {
      link(root, 'moves/deep/file', 'stays/in/file');
      link(root, 'stays/in/file', 'third');
      symlinkSync('nowhere', join(root, 'moves/symlink'));
      linkSync(join(root, 'moves/symlink'), join(root, 'stays/symlink'));
      link(root, 'moves/one', 'moves/deep/two');
      link(root, 'stays/one', 'stays/in/two');
      link(root, 'stays/alone', '../outside');
      const level0 = await archive();
      renameSync(join(root, 'moves'), join(root, 'stays/in/moved'));
      const level1 = await archive(level0.state);
      assert.deepEqual(files(level1), [
        'stays/in/file',
        'stays/in/moved/deep/file',
        'stays/in/moved/deep/two',
        'stays/in/moved/one',
        'stays/in/moved/symlink',
        'stays/symlink',
        'third',
      ]);
      assert.deepEqual(await differences([level0, level1]), []);
      assert.deepEqual(files(await archive(level1.state)), []);
    });
  });

  it('does so when directories change places, or one moves into another that has moved', async () => {
    await withTree(async ({ root, archive, differences }) => {
      link(root, 'one/in/file', 'elsewhere/file');
      link(root, 'two/in/file', 'one/in/other');
      const level0 = await archive();
      renameSync(join(root, 'one'), join(root, 'aside'));
      renameSync(join(root, 'two'), join(root, 'one'));
      renameSync(join(root, 'aside'), join(root, 'two'));
      const level1 = await archive(level0.state);
      assert.deepEqual(await differences([level0, level1]), []);
      renameSync(join(root, 'two/in'), join(root, 'one/in/in'));
      mkdirSync(join(root, 'two/in'));
      const level2 = await archive(level1.state);
      assert.deepEqual(await differences([level0, level1, level2]), []);
    });
  });

  it('does so where symlinks are followed', async () => {
    await withTree(
      async ({ root, archive }) => {
        link(root, 'moves/file', 'stays/file');
        link(root, 'stays/one', 'stays/two');
        symlinkSync('../stays', join(root, 'moves/soft'));
        const level0 = await archive();
        renameSync(join(root, 'moves'), join(root, 'moved'));
        const level1 = await archive(level0.state);
        assert.ok(files(level1).includes('stays/file'), files(level1).join());
      },
      { dereference: 'soft' },
    );
  });

  it('leaves them where each name is stored as a file of its own', async () => {
    await withTree(
      async ({ root, archive }) => {
        link(root, 'moves/file', 'stays/file');
        const level0 = await archive();
        renameSync(join(root, 'moves'), join(root, 'moved'));
        assert.deepEqual(files(await archive(level0.state)), ['moved/file']);
      },
      { dereference: 'hard' },
    );
  });

  interface Tree {
    readonly root: string;
    readonly archive: (base?: EngineState) => Promise<Level>;
    /** Between the source and what the levels give back. */
    readonly differences: (levels: readonly Level[]) => Promise<readonly string[]>;
  }

  async function withTree(test: (tree: Tree) => Promise<void>, more: Partial<Source> = {}): Promise<void> {
    await withTemporaryDirectory(async (directory) => {
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const root = join(directory, 'source');
      let targets = 0;
      mkdirSync(root);
      await test({
        root,
        archive: async (base) => {
          await timePasses(directory);
          return archived(engine, wholeSource(root, more), base);
        },
        differences: async (levels) => {
          const target = join(directory, `target-${(targets += 1)}`);
          mkdirSync(target);
          await extracted(engine, levels, target);
          const { differences } = await comparedTrees(root, target);
          return differences.map(({ path, what, left, right }) => `${path}: ${what} ${left} → ${right}`);
        },
      });
    });
  }
});

/** Makes a file and its second name, with the directories of both. */
function link(root: string, path: string, second: string): void {
  for (const name of [path, second]) mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, path), path, { flag: 'a' });
  linkSync(join(root, path), join(root, second));
}

/** All members but directories. */
function files({ entries }: Level): string[] {
  return entries
    .filter(({ type }) => type !== 'directory')
    .map(({ path }) => path)
    .sort();
}
