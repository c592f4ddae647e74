import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'mocha';
import fc from 'fast-check';
import type { Entry } from '#domain';
import { isFailure } from '#kernel';
import { compareTrees, temporaryDirectory, type TemporaryDirectory } from '#host';
import { LARGE_CONTENT, type ArchiveEngine, type ArchivePart } from '../archive-engine.js';
import { archived, extracted, selected, streamOf, wholeSource, type Level } from './levels.js';
import { editsArbitrary, editTree } from './tree-edits.js';

/** What every engine must do; `make` is given a directory for its temporary files. */
export function describeEngineContract(
  name: string,
  make: (temporaryDirectory: string) => ArchiveEngine,
): void {
  describe(`engine ${name}`, () => {
    let scratch: TemporaryDirectory;
    let engine: ArchiveEngine;
    let runs = 0;
    const never = new AbortController().signal;

    before(async () => {
      scratch = await temporaryDirectory('firn-engine-');
      mkdirSync(join(scratch.path, 'engine'));
      engine = make(join(scratch.path, 'engine'));
    });
    after(() => scratch.remove());

    function freshDirectory(): string {
      const path = join(scratch.path, `run-${(runs += 1)}`);
      mkdirSync(path);
      return path;
    }

    async function smallTree(): Promise<{ root: string; level: Level }> {
      const root = freshDirectory();
      mkdirSync(join(root, 'sub'));
      writeFileSync(join(root, 'sub/large'), Buffer.alloc(300_000, 'large '));
      writeFileSync(join(root, 'small'), 'small');
      return { root, level: await archived(engine, wholeSource(root)) };
    }

    it('gives back any tree after any edits at every point of the chain', async function () {
      this.timeout(120_000);
      await fc.assert(
        fc.asyncProperty(editsArbitrary, async (generations) => {
          const root = freshDirectory();
          const levels: Level[] = [];
          for (const [n, edits] of generations.entries()) {
            editTree(root, edits);
            levels.push(await archived(engine, wholeSource(root), levels.at(-1)?.state));
            const target = freshDirectory();
            const { problems } = await extracted(engine, levels, target);
            assert.deepEqual(problems, []);
            assert.deepEqual(await differences(root, target), [], `level ${n}`);
          }
        }),
        { numRuns: 25 },
      );
    });

    it('describes a stream, read again in any pieces, as it described it first', async () => {
      const { level } = await smallTree();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 40 }),
          async (sizes) => {
            const { entries, bytes } = await readAgain(engine.scan(Readable.from(cut(level.bytes, sizes))));
            assert.deepEqual(entries, level.entries);
            assert.ok(bytes.equals(level.bytes));
          },
        ),
        { numRuns: 20 },
      );
    });

    it('describes it the same when it is read apart', async () => {
      const { level } = await smallTree();
      for (const size of [1, 700, 1 << 20, level.bytes.length]) {
        const stream = Readable.from(cut(level.bytes, [size]));
        const { entries, bytes } = await readAgain(engine.scan(stream, { apart: true }));
        assert.deepEqual(entries, level.entries);
        assert.ok(bytes.equals(level.bytes));
      }
    });

    it('leaves large contents without a digest when it is told so', async () => {
      const { level } = await smallTree();
      const expected = level.entries.map(({ sha256, ...entry }) =>
        entry.path === 'sub/large' || sha256 === undefined ? entry : { ...entry, sha256 },
      );
      for (const apart of [false, true]) {
        const options = { apart, smallDigestsOnly: true };
        const { entries } = await readAgain(engine.scan(Readable.from([level.bytes]), options));
        assert.deepEqual(entries, expected);
      }
    });

    it('tells large contents with the part in which they begin, however small parts are', async () => {
      const { root, level } = await smallTree();
      const buffers = { bytes: 512, take: () => Buffer.allocUnsafeSlow(512) };
      const archive = engine.archive(wholeSource(root), undefined, never, buffers);
      const told: number[] = [];
      let at = 0;
      for await (const { bytes, contents } of archive.parts) {
        for (const content of contents) {
          assert.ok(content.at >= at && content.at < at + bytes.length);
          told.push(content.at);
        }
        at += bytes.length;
      }
      await archive.close();
      assert.equal(at, level.bytes.length);
      assert.equal(told.length, level.entries.filter(({ size }) => size >= LARGE_CONTENT).length);
    });

    it('makes streams of whole members, one behind the other', async () => {
      const { level } = await smallTree();
      let at = 0;
      for (const entry of level.entries) {
        assert.equal(entry.at, at);
        at += entry.span;
      }
      assert.equal(at, level.bytes.length);
    });

    it('extracts some members alone', async () => {
      const { root, level } = await smallTree();
      const chosen = selected([level]).filter(({ as }) => as === 'sub/large');
      const target = freshDirectory();
      await engine.extract(streamOf(engine, [level], chosen), { root: target }, never);
      assert.deepEqual(readdirSync(target, { recursive: true }).sort(), ['sub', 'sub/large']);
      assert.ok(readFileSync(join(target, 'sub/large')).equals(readFileSync(join(root, 'sub/large'))));
    });

    it('gives the content of one file', async () => {
      const { level } = await smallTree();
      const pieces: Buffer[] = [];
      const chosen = selected([level]).filter(({ as }) => as === 'sub/large');
      for await (const piece of engine.content(streamOf(engine, [level], chosen), never))
        pieces.push(Buffer.from(piece));
      assert.ok(Buffer.concat(pieces).equals(Buffer.alloc(300_000, 'large ')));
    });

    it('gives a member another path', async () => {
      const { level } = await smallTree();
      const chosen = selected([level])
        .filter(({ as }) => as === 'small')
        .map((selection) => ({ ...selection, as: `else/${'where '.repeat(40)}` }));
      const target = freshDirectory();
      await engine.extract(streamOf(engine, [level], chosen), { root: target }, never);
      assert.deepEqual(readdirSync(join(target, 'else')), ['where '.repeat(40)]);
    });

    it('never takes a stream that breaks off for a whole one', async () => {
      const { level } = await smallTree();
      const borders = new Set(level.entries.map(({ at }) => at));
      const places = fc.integer({ min: 1, max: level.bytes.length - 1 }).filter((at) => !borders.has(at));
      await fc.assert(
        fc.asyncProperty(places, async (at) => {
          const head = () => Readable.from([level.bytes.subarray(0, at)]);
          for (const apart of [false, true])
            await assert.rejects(drained(engine.scan(head(), { apart })), isBroken);
          await assert.rejects(engine.extract(head(), { root: freshDirectory() }, never), isBroken);
        }),
        { numRuns: 15 },
      );
    });

    it('passes on why a stream breaks off', async () => {
      const { level } = await smallTree();
      const { at } = level.entries.find(({ path }) => path === 'sub/large') ?? assert.fail();
      const broken = async function* () {
        yield level.bytes.subarray(at, at + 4096);
        throw new Error('the storage is gone');
      };
      await assert.rejects(
        engine.extract(broken(), { root: freshDirectory() }, never),
        /the storage is gone/,
      );
      await assert.rejects(drained(engine.content(broken(), never)), /the storage is gone/);
    });

    it('has an outcome only when all parts were read, and leaves no temporary files', async () => {
      const { root } = await smallTree();
      const archive = engine.archive(wholeSource(root), undefined, never);
      for await (const part of archive.parts) if (part.bytes.length > 0) break;
      await assert.rejects(archive.outcome(), (error) => isFailure(error, 'engine.failed'));
      await archive.close();
      await archive.close();
      assert.deepEqual(readdirSync(join(scratch.path, 'engine')), []);
    });

    it('stops when it is told to', async () => {
      const { root, level } = await smallTree();
      const reason = new Error('enough');
      const stop = new AbortController();
      const archive = engine.archive(wholeSource(root), undefined, stop.signal);
      const reading = (async () => {
        for await (const part of archive.parts) if (part.bytes.length > 0) stop.abort(reason);
      })();
      await assert.rejects(reading, reason);
      await archive.close();
      const endless = async function* () {
        yield level.bytes.subarray(0, 4096);
        queueMicrotask(() => again.abort(reason));
        await new Promise(() => undefined);
      };
      const again = new AbortController();
      await assert.rejects(engine.extract(endless(), { root: freshDirectory() }, again.signal), reason);
    });

    async function differences(left: string, right: string): Promise<string[]> {
      const found: string[] = [];
      for await (const difference of compareTrees(left, right, { attributes: 'ignore' })) {
        found.push(`${difference.path}: ${difference.what} ${difference.left} → ${difference.right}`);
      }
      return found;
    }
  });
}

function isBroken(error: unknown): boolean {
  return isFailure(error, 'engine.stream-malformed', 'engine.failed');
}

async function drained(parts: AsyncIterable<unknown>): Promise<void> {
  for await (const part of parts) assert.ok(part);
}

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] ?? 1;
    // Thousands of pieces prove no more than some do.
    const length = n > 50 ? 200_000 : size;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** All of it, kept: what is read apart is lent. */
async function readAgain(parts: AsyncIterable<ArchivePart>): Promise<{ entries: Entry[]; bytes: Buffer }> {
  const entries: Entry[] = [];
  const pieces: Buffer[] = [];
  for await (const part of parts) {
    entries.push(...part.entries);
    pieces.push(Buffer.from(part.bytes));
  }
  return { entries, bytes: Buffer.concat(pieces) };
}
