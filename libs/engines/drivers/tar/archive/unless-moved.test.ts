import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { Failure, isFailure } from '#kernel';
import { withTemporaryDirectory } from '#test/support';
import type { EngineState } from '../../../archive-engine.js';
import { emptySnapshotDirectory, snapshotHead } from '../state/snapshot-file.js';
import { unlessMoved } from './unless-moved.js';

describe('a run that takes directories to be where they were', () => {
  const NEVER = new AbortController().signal;

  it('gives its parts and its end when they are', async () => {
    await withBase(async ({ root, base }) => {
      assert.deepEqual(await all(unlessMoved(base, place(root), NEVER, run)), [['part', 'part'], 'end']);
    });
  });

  it('gives nothing and is stopped when one is somewhere else', async () => {
    await withBase(async ({ root, base }) => {
      renameSync(join(root, 'a'), join(root, 'elsewhere'));
      const stopped: unknown[] = [];
      const parts = unlessMoved(base, place(root), NEVER, async function* (signal, hasBegun) {
        hasBegun();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        stopped.push(signal.reason);
        yield* run(signal, () => undefined);
        return 'end';
      });
      assert.deepEqual(await all(parts), [[], 'moved']);
      assert.ok(isFailure(stopped[0], 'source.unstable'));
    });
  });

  it('gives nothing when one is another directory by now, and the run is faster than the look', async () => {
    await withBase(async ({ root, base }) => {
      renameSync(join(root, 'a'), join(root, 'elsewhere'));
      mkdirSync(join(root, 'a'));
      assert.deepEqual(await all(unlessMoved(base, place(root), NEVER, run)), [[], 'moved']);
    });
  });

  it('rejects with what is wrong with the base, whatever the run says', async () => {
    await withBase(async ({ root, base }) => {
      const broken = { open: () => cut(base, -1) };
      for (const work of [run, failing]) {
        const parts = all(unlessMoved(broken, place(root), NEVER, work));
        await assert.rejects(parts, (error) => isFailure(error, 'engine.state-malformed'));
      }
    });
  });

  it('rejects with what the run rejects with when all are in place, and when nothing was looked at', async () => {
    await withBase(async ({ root, base }) => {
      for (const work of [failing, early]) {
        const parts = all(unlessMoved(base, place(root), NEVER, work));
        await assert.rejects(parts, (error) => isFailure(error, 'engine.failed'));
      }
    });
  });

  it('rejects with the reason when it is called off', async () => {
    await withBase(async ({ root, base }) => {
      const signal = AbortSignal.abort(new Failure('run.cancelled', 'called off'));
      const parts = all(unlessMoved(base, place(root), signal, run));
      await assert.rejects(parts, (error) => isFailure(error, 'run.cancelled'));
    });
  });

  async function* run(_signal: AbortSignal, hasBegun: () => void): AsyncGenerator<string, string> {
    hasBegun();
    for (let part = 0; part < 2; part += 1) yield await Promise.resolve('part');
    return 'end';
  }

  // eslint-disable-next-line require-yield -- it fails before
  async function* failing(_signal: AbortSignal, hasBegun: () => void): AsyncGenerator<string, string> {
    hasBegun();
    return await Promise.reject(new Failure('engine.failed', 'tar ended'));
  }

  // eslint-disable-next-line require-yield -- it fails before
  async function* early(): AsyncGenerator<string, string> {
    return await Promise.reject(new Failure('engine.failed', 'tar did not begin'));
  }

  async function all<Part, End>(parts: AsyncGenerator<Part, End>): Promise<[Part[], End]> {
    const given: Part[] = [];
    for (let next = await parts.next(); ; next = await parts.next()) {
      if (next.done) return [given, next.value];
      given.push(next.value);
    }
  }

  function place(root: string) {
    return { root, follow: false };
  }

  async function* cut(base: EngineState, end: number): AsyncGenerator<Uint8Array> {
    for await (const bytes of base.open()) yield bytes.subarray(0, end);
  }

  async function withBase(use: (made: { root: string; base: EngineState }) => Promise<void>): Promise<void> {
    await withTemporaryDirectory(async (root) => {
      for (const path of ['a', 'a/b']) mkdirSync(join(root, path));
      const bytes = Buffer.concat([
        snapshotHead(1n),
        ...['.', './a', './a/b'].map((name) => {
          const { ino } = lstatSync(join(root, name), { bigint: true });
          return emptySnapshotDirectory([0n, 1n, 1n, 1n, ino], Buffer.from(name));
        }),
      ]);
      await use({ root, base: { open: () => pieces(bytes) } });
    });
  }

  async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(bytes);
  }
});
