import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { bytesOf, isFailure } from '#kernel';
import { systemCommands } from '#host';
import { withTemporaryDirectory } from '#test/support';
import { archived, wholeSource } from '../../../testing/index.js';
import { excludedPaths, excludesOf } from './excludes.js';
import { tarEngine } from '../tar-engine.js';

describe('engine tar, leaving out', () => {
  const TREE = [
    'a.tmp',
    'b',
    'cache/x',
    'sub/a.tmp',
    'sub/cache/y',
    'sub/deep/c',
    'sub/[odd]*',
    'sub/blank ',
    'sub/new\nline',
  ];
  const NOTHING_ELSE = (root: string, ...excludes: string[]) => ({ root, excludes });

  const cases: readonly { why: string; patterns: (root: string) => string[]; out: readonly string[] }[] = [
    { why: 'a name anywhere', patterns: () => ['cache'], out: ['cache/x', 'sub/cache/y'] },
    { why: 'a wildcard anywhere', patterns: () => ['*.tmp'], out: ['a.tmp', 'sub/a.tmp'] },
    { why: 'a path below the source', patterns: (root) => [`${root}/cache`], out: ['cache/x'] },
    {
      why: 'a wildcard below the source',
      patterns: (root) => [`${root}/*.tmp`],
      out: ['a.tmp', 'sub/a.tmp'],
    },
    { why: 'a wildcard in the path of the source', patterns: (root) => [`${dirname(root)}/*/b`], out: ['b'] },
    { why: 'a wildcard at the root of all', patterns: () => ['/*.tmp'], out: ['a.tmp', 'sub/a.tmp'] },
    { why: 'a set of characters', patterns: () => ['[b-d]'], out: ['b', 'sub/deep/c'] },
    { why: 'an escaped wildcard', patterns: () => ['\\[odd\\]\\*'], out: ['sub/[odd]*'] },
    { why: 'a blank at the end', patterns: () => ['blank '], out: ['sub/blank '] },
    { why: 'a newline', patterns: () => ['new\nline'], out: ['sub/new\nline'] },
    { why: 'nothing for a path elsewhere', patterns: () => ['/elsewhere/cache', '/proc'], out: [] },
    {
      why: 'nothing for the source itself',
      patterns: (root) => [root, dirname(root), `${dirname(root)}/*`, '/'],
      out: [],
    },
    {
      why: 'both kinds, without one changing the other',
      patterns: (root) => [`${root}/cache`, 'c'],
      out: ['cache/x', 'sub/deep/c'],
    },
  ];
  for (const { why, patterns, out } of cases) {
    it(`leaves out ${why}`, async () => {
      await withTree(async ({ root, files }) => {
        const source = NOTHING_ELSE(root, ...patterns(root));
        assert.deepEqual(await files(source), TREE.filter((path) => !out.includes(path)).sort());
      });
    });
  }

  it('knows what tar leaves out', async () => {
    await withTree(async ({ root, files }) => {
      for (const { patterns, out } of cases) {
        const excludes = await excludesOf(wholeSource(root, { excludes: patterns(root) }), [root], []);
        const isExcluded = excludedPaths(excludes);
        const left = TREE.filter(
          (path) => !path.split('/').some((_, n, all) => isExcluded?.(`./${all.slice(0, n + 1).join('/')}`)),
        );
        assert.deepEqual(
          left,
          TREE.filter((path) => !out.includes(path)),
        );
      }
      const piece = fc.constantFrom(
        'a',
        'b',
        'c',
        's',
        '*',
        '?',
        '[a-c]',
        '[!s]',
        '/',
        '.',
        '\\*',
        'sub',
        'tmp',
        '[',
        ']',
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
          const pattern = pieces.join('').replace(/^\/+/, '');
          fc.pre(pattern !== '');
          const excludes = await excludesOf(wholeSource(root, { excludes: [pattern] }), [root], []);
          const isExcluded = excludedPaths(excludes);
          const found = await files(NOTHING_ELSE(root, pattern));
          const left = TREE.filter(
            (path) =>
              !path.split('/').some((_, n, all) => isExcluded?.(`./${all.slice(0, n + 1).join('/')}`)),
          );
          assert.deepEqual(left.sort(), found);
        }),
        { numRuns: 40 },
      );
    });
  });

  it('reads files of patterns, of any bytes, as tar does', async () => {
    await withTree(async ({ root, directory, files }) => {
      const odd = 'in\udcffvalid';
      writeFileSync(bytesOf(join(root, odd)), 'x');
      const list = join(directory, 'list');
      writeFileSync(list, bytesOf(`cache  \n\n${root}/b\n# no comment\n${odd}\n`));
      const source = { root, excludeFiles: [list] };
      assert.deepEqual(
        await files(source),
        TREE.filter((path) => !['cache/x', 'sub/cache/y', 'b'].includes(path)).sort(),
      );
    });
  });

  it('says which file of patterns cannot be read', async () => {
    await withTree(async ({ root, files }) => {
      const failed = files({ root, excludeFiles: ['/nowhere/list'] });
      await assert.rejects(failed, (error) => isFailure(error, 'input.file-unreadable'));
    });
  });

  it('stores what is no longer left out, though it did not change', async () => {
    await withTree(async ({ root, engine }) => {
      const level0 = await archived(engine, wholeSource(root));
      const level1 = await archived(engine, wholeSource(root, { excludes: ['b'] }), level0.state);
      const state = await text(level1.state.open());
      assert.doesNotMatch(state, /\0[YN]b\0/);
      assert.match(state, /\0[YN]a\.tmp\0/);
      const level2 = await archived(engine, wholeSource(root), level1.state);
      assert.ok(level2.entries.some(({ path }) => path === 'b'));
    });
  });

  type Wanted = Partial<Parameters<typeof wholeSource>[1]> & { root: string };

  async function withTree(
    use: (tree: {
      root: string;
      directory: string;
      engine: ReturnType<typeof tarEngine>;
      files: (source: Wanted) => Promise<string[]>;
    }) => Promise<void>,
  ): Promise<void> {
    await withTemporaryDirectory(async (directory) => {
      const root = join(directory, 'source');
      for (const path of TREE) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), path);
      }
      const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
      const files = async ({ root: from, ...more }: Wanted) => {
        const { entries } = await archived(engine, wholeSource(from, more));
        return entries
          .filter(({ type }) => type === 'file')
          .map(({ path }) => path)
          .sort();
      };
      await use({ root, directory, engine, files });
    });
  }

  async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece);
    return Buffer.concat(pieces).toString('latin1');
  }
});
