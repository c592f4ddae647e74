import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { bytesOf } from '#kernel';
import { withTemporaryDirectory } from '#test/support';
import type { Trouble } from './archive-troubles.js';
import { below, parentOf } from '../stream/member-path.js';
import { digestOf } from '../scan/path-digest.js';
import { writeNextState } from './next-state.js';
import { SeenMembers } from './seen-members.js';
import { emptySnapshotDirectory, snapshotHead } from '../state/snapshot-file.js';

interface Case {
  /** Names with their codes, by directory. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  readonly troubles: readonly Trouble[];
  /** Members that are not in the stream, though tar lists them and says nothing. */
  readonly lost: ReadonlySet<string>;
  readonly hasBase: boolean;
  /** Every path that ends like this is left out. */
  readonly excluded: string | undefined;
}

describe('the state for the next increment', () => {
  const DIRECTORIES = ['.', 'a', 'a/b', 'ü', 'ü/in\udcffvalid'];
  const NAMES = ['x', 'y', 'b', 'ü', 'in\udcffvalid', 'a'];
  const path = fc
    .tuple(fc.constantFrom(...DIRECTORIES), fc.constantFrom(...NAMES))
    .map(([directory, name]) => below(directory, name));
  const cases: fc.Arbitrary<Case> = fc.record({
    listed: fc
      .array(
        fc.uniqueArray(fc.tuple(fc.constantFrom('Y', 'N', 'D'), fc.constantFrom(...NAMES)), {
          selector: ([, name]) => name,
        }),
        {
          minLength: DIRECTORIES.length,
          maxLength: DIRECTORIES.length,
        },
      )
      .map(
        (all) =>
          new Map(DIRECTORIES.map((directory, n) => [directory, (all[n] ?? []).map((one) => one.join(''))])),
      ),
    troubles: fc.array(
      fc.record({
        path,
        effect: fc.constantFrom('missing', 'untrue', 'changed', 'empty'),
        reason: fc.constant('why not'),
      }),
      { maxLength: 3 },
    ),
    lost: fc
      .oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(path, { maxLength: 2 }) },
      )
      .map((paths) => new Set(paths)),
    hasBase: fc.boolean(),
    excluded: fc.option(fc.constantFrom('x', 'ü', '\udcffvalid'), { nil: undefined }),
  });

  it('is what tar wrote without what is not safely in a stream', async () => {
    await withTemporaryDirectory(async (directory) => {
      let round = 0;
      await fc.assert(
        fc.asyncProperty(cases, async (one) => {
          round += 1;
          const at = (name: string) => join(directory, `${round}-${name}`);
          writeFileSync(at('written'), stateOf(one.listed));
          const expected = expectedOf(one);
          const seen = await SeenMembers.in(at('seen'));
          for (const path of expected.members) if (!one.lost.has(path)) seen.add(digestOf(path));
          const { troubles, hasBase, excluded } = one;
          const suffix = excluded === undefined ? undefined : bytesOf(excluded).toString('latin1');
          const isExcluded =
            suffix === undefined
              ? undefined
              : (path: string) => path.startsWith('./') && path.endsWith(suffix);
          const options = { written: at('written'), to: at('to'), troubles, seen, hasBase, isExcluded };
          const { unexplained, directories } = await writeNextState(options);
          await seen.close();
          assert.deepEqual(
            new Set(unexplained),
            new Set(expected.members.filter((path) => one.lost.has(path))),
          );
          assert.deepEqual(directories, expected.directories);
          assert.deepEqual(readFileSync(at('to')), expected.state);
        }),
        { numRuns: 100 },
      );
    });
  });

  /** The rules, one name at a time. */
  function expectedOf({ listed, troubles, lost, hasBase, excluded }: Case) {
    const effects = new Map(troubles.map(({ path, effect }) => [path, effect]));
    const isGone = (path: string | undefined, gone: (path: string) => boolean): boolean =>
      path !== undefined && (gone(path) || isGone(parentOf(path), gone));
    const isMissing = (path: string) => effects.get(path) === 'missing';
    const members = [...listed].flatMap(([directory, names]) =>
      isGone(directory, isMissing)
        ? []
        : names
            .filter((name) => !name.startsWith('N'))
            .map((name) => below(directory, name.slice(1)))
            .filter((path) => !isMissing(path)),
    );
    const unexplained = new Set(members.filter((path) => lost.has(path)));
    for (const path of unexplained) effects.set(path, 'missing');
    const kept = [...listed]
      .filter(([directory]) => !isGone(directory, isMissing))
      .map(
        ([directory, names]) =>
          [
            directory,
            names.filter((name) => {
              const path = below(directory, name.slice(1));
              if (name.startsWith('D')) return true;
              if (effects.has(path)) return false;
              const isOut = excluded !== undefined && path.endsWith(excluded);
              return name.startsWith('Y') || (hasBase && !isOut);
            }),
          ] as const,
      );
    return {
      members,
      state: stateOf(new Map(kept)),
      directories: new Set(
        [...listed.keys()].filter((path) => troubles.some((trouble) => trouble.path === path)),
      ),
    };
  }

  function stateOf(listed: ReadonlyMap<string, readonly string[]>): Buffer {
    return Buffer.concat([
      snapshotHead(5n),
      ...[...listed].flatMap(([path, names]) => [
        emptySnapshotDirectory(
          [0n, 1n, 2n, 3n, BigInt(DIRECTORIES.indexOf(path))],
          bytesOf(path === '.' ? '.' : `./${path}`),
        ).subarray(0, -2),
        bytesOf(names.map((name) => `${name}\0`).join('')),
        Buffer.alloc(2),
      ]),
    ]);
  }
});
