import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { compareTrees, temporaryDirectory, type TemporaryDirectory } from '#host';
import { LOAN, type ArchiveEngine } from '../archive-engine.js';
import { archived, selected, streamOf, wholeSource, type Level } from './levels.js';

const NEVER = new AbortController().signal;

/** What extracting must do however many write at the same time; `make` is given a directory for temporary files. */
export function describeExtractContract(
  name: string,
  make: (temporaryDirectory: string) => ArchiveEngine,
): void {
  for (const amount of [undefined, MUCH]) describeAmount(name, make, amount);
}

/** What an engine may want to prepare for; no test waits for so much. */
const MUCH = 2 ** 40;

function describeAmount(
  name: string,
  make: (temporaryDirectory: string) => ArchiveEngine,
  amount: number | undefined,
): void {
  const expecting = amount === undefined ? {} : { bytes: amount };
  const words = amount === undefined ? '' : ', expecting much';
  describe(`engine ${name}, writing several files at a time${words}`, () => {
    let scratch: TemporaryDirectory;
    let engine: ArchiveEngine;
    let level: Level;
    const at = (path: string) => join(scratch.path, path);

    before(async function () {
      this.timeout(60_000);
      scratch = await temporaryDirectory('firn-extract-');
      mkdirSync(at('engine'));
      engine = make(at('engine'));
      plant(at('source'));
      level = await archived(engine, wholeSource(at('source')));
    });
    after(() => scratch.remove());

    for (const writers of [1, 2, 4]) {
      it(`makes the same tree with ${writers}, times of directories and names of one file included`, async function () {
        this.timeout(60_000);
        const root = at(`target-${writers}`);
        mkdirSync(root);
        const { problems } = await engine.extract(stream(), { root, writers, ...expecting }, NEVER);
        assert.deepEqual(problems, []);
        assert.deepEqual(await differences(at('source'), root), []);
        assert.deepEqual(readdirSync(at('engine')), []);
      });

      it(`replaces a whole tree with ${writers}`, async function () {
        this.timeout(60_000);
        const root = at(`target-${writers}`);
        chmodSync(join(root, 'wide/d3'), 0o700);
        writeFileSync(join(root, 'wide/d3/f5'), 'something else');
        await engine.extract(stream(), { root, writers, ...expecting }, NEVER);
        assert.deepEqual(await differences(at('source'), root), []);
      });
    }

    it('is done with a buffer when so many more have been asked for', async function () {
      this.timeout(60_000);
      const root = at('target-lent');
      mkdirSync(root);
      const { problems } = await engine.extract(lent(), { root, writers: 3, ...expecting }, NEVER);
      assert.deepEqual(problems, []);
      assert.deepEqual(await differences(at('source'), root), []);
    });

    it('stops all of them when the stream breaks off, and leaves no temporary files', async () => {
      const broken = async function* () {
        yield level.bytes.subarray(0, level.bytes.length >> 1);
        await Promise.resolve();
        throw new Error('the storage is gone');
      };
      mkdirSync(at('broken'));
      const failed = engine.extract(broken(), { root: at('broken'), writers: 4, ...expecting }, NEVER);
      await assert.rejects(failed, /the storage is gone/);
      assert.deepEqual(readdirSync(at('engine')), []);
    });

    it('stops all of them when it is told to', async () => {
      const stop = new AbortController();
      const reason = new Error('enough');
      const endless = async function* () {
        yield level.bytes;
        stop.abort(reason);
        await new Promise(() => undefined);
      };
      mkdirSync(at('stopped'));
      const failed = engine.extract(
        endless(),
        { root: at('stopped'), writers: 4, ...expecting },
        stop.signal,
      );
      await assert.rejects(failed, reason);
      assert.deepEqual(readdirSync(at('engine')), []);
    });

    /** In buffers of odd sizes that are used for something else as soon as they may be taken back. */
    async function* lent(): AsyncGenerator<Uint8Array> {
      const buffers: Buffer[] = [];
      // Many small ones in a row are over before anything of the large one before them has been written.
      const sizes = [
        300_001,
        ...new Array<number>(9).fill(7),
        2_900_000,
        ...new Array<number>(30).fill(4_001),
      ];
      let next = 0;
      for await (const bytes of stream()) {
        for (let start = 0; start < bytes.length;) {
          const size = sizes[next++ % sizes.length] ?? 1;
          buffers.push(Buffer.from(bytes.subarray(start, start + size)));
          yield buffers.at(-1) as Buffer;
          while (isOver(buffers)) buffers.shift()?.fill(0xff);
          start += size;
        }
      }
    }

    function isOver([, ...further]: readonly Buffer[]): boolean {
      const bytes = further.reduce((sum, { length }) => sum + length, 0);
      return further.length >= LOAN.most || (further.length >= LOAN.fewest && bytes >= LOAN.bytes);
    }

    async function* stream(): AsyncGenerator<Uint8Array> {
      const bytes: Uint8Array[] = [];
      for await (const piece of streamOf(engine, [level], selected([level]))) bytes.push(piece);
      const whole = Buffer.concat(bytes);
      // Borders of pieces are where nobody expects them.
      for (let from = 0, size = 700; from < whole.length; from += size, size = (size * 7) % 900_001) {
        yield whole.subarray(from, from + size);
      }
    }
  });
}

/** Many small files, deep and closed directories, big files between them, links from everywhere to everywhere. */
function plant(root: string): void {
  mkdirSync(join(root, 'wide'), { recursive: true });
  for (let d = 0; d < 40; d += 1) {
    const directory = join(root, `wide/d${d}`);
    mkdirSync(directory);
    for (let f = 0; f < 40; f += 1) writeFileSync(join(directory, `f${f}`), `${d}/${f}`.repeat(f * 10));
    if (d % 10 === 0) writeFileSync(join(directory, 'big'), Buffer.alloc(1_500_000, `${d} `));
  }
  let deep = join(root, 'deep');
  for (let depth = 0; depth < 30; depth += 1) {
    mkdirSync(deep);
    writeFileSync(join(deep, 'file'), String(depth));
    symlinkSync('/somewhere/else', join(deep, 'absolute'));
    symlinkSync('../file', join(deep, 'upwards'));
    linkSync(join(root, `wide/d${depth}/f${depth}`), join(deep, 'link'));
    deep = join(deep, `a long name at depth ${depth}`);
  }
  // Its listing alone is longer than what is kept in memory of such members.
  mkdirSync(join(root, 'listed'));
  const long = 'name '.repeat(50);
  for (let f = 0; f < 4500; f += 1) writeFileSync(join(root, 'listed', `${long}${f}`), '');
  linkSync(join(root, 'deep/file'), join(root, 'wide/d3/link'));
  symlinkSync('f1', join(root, 'wide/d4/symlink'));
  linkSync(join(root, 'wide/d4/symlink'), join(root, 'wide/d5/hard link to a symlink'));
  for (const [path, mode] of [
    ['wide/d7', 0o555],
    ['wide/d8', 0o1777],
    ['deep', 0o500],
  ] as const) {
    chmodSync(join(root, path), mode);
  }
  for (const path of ['wide/d7', 'wide/d8', 'deep', 'wide', 'listed', '.']) {
    utimesSync(join(root, path), 1_000_000, 1_234_567.5);
  }
}

async function differences(left: string, right: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, what, ...values } of compareTrees(left, right, { attributes: 'ignore' }))
    found.push(`${path}: ${what} ${values.left} → ${values.right}`);
  return found;
}
