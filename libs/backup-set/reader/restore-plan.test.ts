import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import fc from 'fast-check';
import { readAll } from '#storage';
import { failsWith, testBytes } from '#storage/testing';
import {
  planRestore,
  RangeList,
  rangesOf,
  type Chain,
  type ListedBackup,
  type PlanOptions,
  type RestorePlan,
} from '#backup-set';
import type { Entry } from '#domain';
import { Bench } from '../testing/bench.js';
import { directory, file, hardlink, synthetic, type Spec, type Synthetic } from '../testing/synthetic.js';

describe('the plan of a restore', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.make({ encrypted: false });
  });
  afterEach(() => bench.close());

  async function given(...levels: (readonly Spec[])[]): Promise<{ chain: Chain; streams: Synthetic[] }> {
    const streams = levels.map((specs) => synthetic(specs));
    let base: ListedBackup | undefined;
    for (const stream of streams) base = await bench.backup(stream, base ? { base } : {});
    return { chain: await bench.chain(base!), streams };
  }

  /** What the plan hands over, level by level: members, then links, then what gets another path. */
  async function contents({ levels }: RestorePlan): Promise<string[]> {
    const lines: string[] = [];
    for (const { reader, members, links, retitled } of levels) {
      const level = reader.manifest.level;
      lines.push(`level ${level}: ${headersIn(await readAll(reader.bytes(members)))}`);
      if (!links.empty) lines.push(`links: ${headersIn(await readAll(reader.bytes(links)))}`);
      for (const { path, link, ...range } of retitled) {
        const member = headersIn(await readAll(reader.bytes([range])));
        lines.push(`${member} as ${path}${link === undefined ? '' : ` to ${link}`}`);
      }
    }
    return lines;
  }

  const entryOf = (stream: Synthetic, path: string): Entry => {
    const entry = stream.entries.find((each) => each.path === path);
    if (!entry) throw new Error(`there is no ${path}`);
    return entry;
  };

  /** As if the whole member of this path could not be read. */
  const damageAt = (chain: Chain, stream: Synthetic, level: number, ...paths: string[]): PlanOptions => {
    const ranges = new RangeList();
    for (const path of paths) ranges.add(entryOf(stream, path).at + 10, entryOf(stream, path).at + 11);
    return { damaged: new Map([[chain[level]!, ranges]]) };
  };

  it('reads of each level what lives of it, in the order of its stream, neighbours as one range', async () => {
    const { chain } = await given(
      [directory('.', 'Ya', 'Yb', 'Yc', 'Yd'), file('a'), file('b'), file('c'), file('d')],
      [directory('.', 'Na', 'Nb', 'Yc', 'Nd'), file('c')],
    );
    const plan = await planRestore(chain);
    assert.deepEqual(await contents(plan), ['level 1: . c', 'level 0: a b d']);
    assert.equal([...plan.levels[1]!.members].length, 2);
    assert.deepEqual(plan.totals, {
      entries: 5,
      files: 4,
      directories: 1,
      bytes: 4,
      streamBytes: 5 * 512 + 4 * 512,
      kept: 0,
    });
    assert.deepEqual([plan.holes, plan.lost, plan.notices], [[], [], []]);
  });

  it('leaves out what is not accepted, and counts it', async () => {
    const { chain } = await given([directory('.', 'Ya', 'Yb'), file('a'), file('b')]);
    const asked: string[] = [];
    const plan = await planRestore(chain, {
      accept: ({ entry }) => {
        asked.push(entry.path);
        return Promise.resolve(entry.path !== 'a');
      },
    });
    assert.deepEqual(asked, ['.', 'a', 'b']);
    assert.deepEqual(await contents(plan), ['level 0: . b']);
    assert.equal(plan.totals.kept, 1);
  });

  it('names holes, and restores the rest', async () => {
    const { chain } = await given([directory('.', 'Ya', 'Yb'), file('b')], [directory('.', 'Na', 'Nb')]);
    const plan = await planRestore(chain);
    assert.deepEqual(plan.holes, ['a']);
    assert.deepEqual(await contents(plan), ['level 1: .', 'level 0: b']);
  });

  it('can be called off', async () => {
    const { chain } = await given([directory('.')]);
    const signal = AbortSignal.abort(new Error('no longer wanted'));
    await assert.rejects(planRestore(chain, { signal }), /no longer wanted/);
  });

  describe('with hard links', () => {
    const linked = [
      directory('.', 'Ya', 'Yl', 'Ym', 'Yz'),
      file('a', 'content'),
      hardlink('l', 'a'),
      hardlink('m', 'a'),
      file('z'),
    ];

    it('puts them behind what they link to', async () => {
      const { chain } = await given(linked);
      const plan = await planRestore(chain);
      assert.deepEqual(await contents(plan), ['level 0: . a z', 'links: l m']);
      assert.equal(plan.totals.entries, 5);
      assert.equal(plan.totals.files, 2);
    });

    it('makes one file of links whose target is not wanted: the first is the content, the others link to it', async () => {
      const { chain } = await given(linked);
      const plan = await planRestore(chain, { wanted: (path) => path === 'l' || path === 'm' });
      assert.deepEqual(await contents(plan), ['level 0: .', 'a as l', 'm as m to l']);
      assert.deepEqual(plan.totals, {
        entries: 3,
        files: 1,
        directories: 1,
        bytes: 7,
        streamBytes: 512 + 1024 + 512,
        kept: 0,
      });
    });

    it('makes a file of one link alone', async () => {
      const { chain } = await given(linked);
      const plan = await planRestore(chain, { wanted: (path) => path === 'm' });
      assert.deepEqual(await contents(plan), ['level 0: .', 'a as m']);
    });

    it('makes a file of links whose target was not accepted', async () => {
      const { chain } = await given(linked);
      const plan = await planRestore(chain, { accept: ({ entry }) => Promise.resolve(entry.path !== 'a') });
      assert.deepEqual(await contents(plan), ['level 0: . z', 'a as l', 'm as m to l']);
    });

    it('finds the target in the level of the link, also when the newest level has the path again', async () => {
      const { chain } = await given(
        [directory('.', 'Ya', 'Yl'), file('a', 'older'), hardlink('l', 'a')],
        [directory('.', 'Ya', 'Nl'), file('a', 'newer, another inode')],
      );
      const plan = await planRestore(chain);
      assert.deepEqual(await contents(plan), ['level 1: . a', 'level 0: ', 'a as l']);
    });

    it('that lead nowhere are holes', async () => {
      const { chain } = await given([directory('.', 'Yl'), hardlink('l', 'gone')]);
      const plan = await planRestore(chain);
      assert.deepEqual(plan.holes, ['l']);
      assert.equal(plan.totals.entries, 1);
    });

    it('are lost with their target, when that is damaged', async () => {
      const { chain, streams } = await given(linked);
      const plan = await planRestore(chain, damageAt(chain, streams[0]!, 0, 'a'));
      assert.deepEqual(
        plan.lost.map(({ entry }) => entry.path),
        ['a', 'l', 'm'],
      );
      assert.deepEqual(await contents(plan), ['level 0: . z']);
      assert.equal(plan.totals.entries, 2);
    });

    it('are lost alone, when only they are damaged', async () => {
      const { chain, streams } = await given(linked);
      const plan = await planRestore(chain, damageAt(chain, streams[0]!, 0, 'l'));
      assert.deepEqual(
        plan.lost.map(({ entry }) => entry.path),
        ['l'],
      );
      assert.deepEqual(await contents(plan), ['level 0: . a z', 'links: m']);
    });
  });

  it('loses exactly the entries that touch what is damaged, whatever that is', async () => {
    const specs = Array.from({ length: 30 }, (_, i) => file(`${i}`, testBytes((i * 397) % 3000, i)));
    const { chain, streams } = await given([directory('.'), ...specs]);
    const [stream] = streams as [Synthetic];
    const size = stream.bytes.length;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(size), { maxLength: 8 }), async (cuts) => {
        const ranges = new RangeList();
        const places = cuts.sort((a, b) => a - b);
        for (let i = 0; i + 1 < places.length; i += 2) ranges.add(places[i] ?? 0, places[i + 1] ?? 0);
        const plan = await planRestore(chain, { damaged: new Map([[chain[0]!, ranges]]) });
        const touched = ({ at, span }: Entry) =>
          [...ranges].some(({ start, end }) => start < at + span && end > at);
        assert.deepEqual(
          plan.lost.map(({ entry }) => entry.path),
          stream.entries.filter(touched).map(({ path }) => path),
        );
        const kept = stream.entries.filter((entry) => !touched(entry));
        const expected = Buffer.concat(kept.map(({ at, span }) => stream.bytes.subarray(at, at + span)));
        const read =
          plan.levels.length === 0
            ? Buffer.alloc(0)
            : await readAll(chain[0]!.bytes(plan.levels[0]!.members));
        assert.deepEqual(read, expected);
      }),
      { numRuns: 50 },
    );
  });

  it('names all ranges of a level in rising order, for whoever looks for damage', async () => {
    const { chain } = await given([
      directory('.', 'Ya', 'Yl', 'Yb', 'Yk', 'Yx'),
      ...[file('a'), hardlink('l', 'a'), file('b'), hardlink('k', 'x'), file('x')],
    ]);
    const plan = await planRestore(chain, { wanted: (path) => path !== 'x' });
    const ranges = rangesOf(plan.levels[0]!);
    for (const [i, { start }] of ranges.entries()) assert.ok(i === 0 || start >= (ranges[i - 1]?.end ?? 0));
    assert.equal(
      ranges.reduce((sum, { start, end }) => sum + end - start, 0),
      plan.totals.streamBytes,
    );
  });

  it('is not made of a catalogue that is damaged', async () => {
    const { chain } = await given([directory('.')]);
    await bench.storage.remove(`${chain[0]!.listed.folder}catalogue`);
    await failsWith('catalogue.damaged', () => planRestore(chain));
  });
});

/** The paths of the members in some bytes. */
function headersIn(bytes: Buffer): string {
  return [...bytes.toString('latin1').matchAll(/header of (.+)\n/g)].map(([, path]) => path).join(' ');
}
