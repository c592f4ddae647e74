import assert from 'node:assert/strict';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, describe, it } from 'mocha';
import { compareTrees, runToEnd, systemCommands } from '#host';
import { changeTree, isRoot, makeOddTree, requireProgram, withTemporaryDirectory } from '#test/support';
import { archived, extracted, wholeSource, type Level } from '../../testing/index.js';
import { tarEngine } from './tar-engine.js';

describe('engine tar and everything odd that a file system holds', () => {
  const NEVER = new AbortController().signal;

  before(function () {
    requireProgram(this, 'tar');
  });

  it('restores an odd tree at each of four generations, to the byte, the nanosecond and the attribute', async function () {
    this.timeout(60_000);
    await withTemporaryDirectory(async (directory) => {
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const root = join(directory, 'source');
      await makeOddTree(root, { asRoot: isRoot() });
      const levels: Level[] = [];
      for (let generation = 0; generation < 4; generation += 1) {
        if (generation > 0) await changeTree(root, generation, 7);
        levels.push(await archived(engine, wholeSource(root), levels.at(-1)?.state));
        const target = join(directory, `target-${generation}`);
        mkdirSync(target);
        const { problems } = await extracted(engine, levels, target);
        assert.deepEqual(problems, []);
        assert.deepEqual(await differences(root, target), [], `generation ${generation}`);
        const troubles = levels.at(-1)?.notices.filter(({ harmless }) => !harmless);
        assert.deepEqual(troubles, []);
      }
    });
  });

  it('makes streams that plain GNU tar restores level by level', async function () {
    this.timeout(60_000);
    await withTemporaryDirectory(async (directory) => {
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const [root, target] = [join(directory, 'source'), join(directory, 'target')];
      mkdirSync(target);
      await makeOddTree(root, { asRoot: isRoot() });
      let base: Level | undefined;
      for (let generation = 0; generation < 3; generation += 1) {
        if (generation > 0) await changeTree(root, generation, 3);
        base = await archived(engine, wholeSource(root), base?.state);
        await plainTar(
          [
            '--extract',
            '--listed-incremental=/dev/null',
            '--same-permissions',
            '--xattrs',
            '--xattrs-include=*',
            '--acls',
          ],
          target,
          base.bytes,
        );
        // Onto a tree that is there, tar sets attributes and removes none.
        const found = await differences(root, target);
        const other = found.filter((line) => generation === 0 || !line.includes(': attributes '));
        assert.deepEqual(other, [], `generation ${generation}`);
      }
    });
  });

  it('tells the size of a sparse file of more than 8 GiB and stores only what is in it', async function () {
    this.timeout(60_000);
    await withTemporaryDirectory(async (directory) => {
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const root = join(directory, 'source');
      mkdirSync(root);
      await plain('truncate', ['--size', String(9 * 2 ** 30 + 5), join(root, 'big')]);
      writeFileSync(join(root, 'big'), 'begin', { flag: 'r+' });
      const level = await archived(engine, wholeSource(root));
      const big = level.entries.find(({ path }) => path === 'big');
      assert.equal(big?.size, 9 * 2 ** 30 + 5);
      assert.equal(big.sparse, true);
      assert.equal(big.sha256, undefined);
      assert.ok(level.bytes.length < 100_000);
      const target = join(directory, 'target');
      mkdirSync(target);
      await extracted(engine, [level], target);
      const restored = statSync(join(target, 'big'));
      assert.equal(restored.size, 9 * 2 ** 30 + 5);
      assert.ok(restored.blocks < 1000);
      await plain('cmp', ['--bytes=1000000', join(root, 'big'), join(target, 'big')]);
    });
  });

  it('gives the content of a sparse file with its holes', async () => {
    await withTemporaryDirectory(async (directory) => {
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const root = join(directory, 'source');
      mkdirSync(root);
      await plain('truncate', ['--size', '3000000', join(root, 'holes')]);
      writeFileSync(join(root, 'holes'), 'begin', { flag: 'r+' });
      const level = await archived(engine, wholeSource(root));
      const { at, span } = level.entries.at(-1) ?? assert.fail();
      const pieces: Buffer[] = [];
      const member = Readable.from([level.bytes.subarray(at, at + span)]);
      for await (const piece of engine.content(member, NEVER)) pieces.push(piece);
      const wanted = Buffer.alloc(3_000_000);
      wanted.write('begin');
      assert.ok(Buffer.concat(pieces).equals(wanted));
      const renamed = engine.retitle(Readable.from([level.bytes.subarray(at, at + span)]), 'other');
      const target = join(directory, 'target');
      mkdirSync(target);
      await engine.extract(renamed, { root: target }, NEVER);
      await plain('cmp', [join(root, 'holes'), join(target, 'other')]);
    });
  });

  async function differences(left: string, right: string): Promise<string[]> {
    const found: string[] = [];
    for await (const difference of compareTrees(left, right, { ignoreSockets: true })) {
      found.push(`${difference.path}: ${difference.what} ${difference.left} → ${difference.right}`);
    }
    return found;
  }

  async function plainTar(args: readonly string[], cwd: string, stream: Buffer): Promise<void> {
    const input = Buffer.concat([stream, Buffer.alloc(10_240)]);
    const { exit, stderr } = await runToEnd(
      systemCommands,
      { program: 'tar', args: [...args, '-f', '-'], cwd },
      { input },
    );
    assert.equal(exit.code, 0, stderr);
  }

  async function plain(program: string, args: readonly string[]): Promise<void> {
    const { exit, stderr } = await runToEnd(systemCommands, { program, args });
    assert.equal(exit.code, 0, stderr);
  }
});
