import assert from 'node:assert/strict';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import { ENTRY_TYPES, entryLine, type Entry, type Listed, type Notice } from '#domain';
import { collected, failsWith, testBytes } from '#storage/testing';
import { isFailure, textOf } from '#kernel';
import { Bench } from '../testing/bench.js';
import { directory, file } from '../testing/synthetic.js';
import { decodeLine, encodeEnd, encodeNotice, isSafePath } from './catalogue-line.js';
import { readCatalogue } from './catalogue-reader.js';

/** Names as they come off a disk: any bytes but NUL and slash. */
const name = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => textOf(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x41 : byte))))
  .filter((text) => text !== '.' && text !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const listed = fc.tuple(fc.constantFrom('Y', 'N', 'D'), name).map(([code, rest]): Listed => `${code}${rest}`);
const text = fc.string({ unit: 'grapheme' });
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER - 1 });
const time = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n });

const entry: fc.Arbitrary<Entry> = fc
  .record(
    {
      path: fc.oneof(path, fc.constant('.')),
      type: fc.constantFrom(...ENTRY_TYPES).filter((type) => type !== 'hardlink'),
      mode: fc.nat(0o7777),
      uid: count,
      gid: count,
      user: text,
      group: text,
      mtimeNs: time,
      size: count,
      sha256: fc.constantFrom('a'.repeat(64), '0123456789abcdef'.repeat(4)),
      sparse: fc.constant(true as const),
      link: fc.oneof(path, text),
      device: fc.record({ major: fc.nat(), minor: fc.nat() }, { noNullPrototype: true }),
      listing: fc.array(listed, { maxLength: 5 }),
      at: count,
      span: count.map((n) => n + 1),
    },
    {
      noNullPrototype: true,
      requiredKeys: ['path', 'type', 'mode', 'uid', 'gid', 'mtimeNs', 'size', 'at', 'span'],
    },
  )
  .map((made) => made as Entry);

const notice: fc.Arbitrary<Notice> = fc
  .record(
    {
      path,
      state: fc.constantFrom('skipped', 'changed'),
      reason: text,
      harmless: fc.constant(true as const),
    },
    { noNullPrototype: true, requiredKeys: ['path', 'state', 'reason'] },
  )
  .map((made) => made as Notice);

const damaged = (error: unknown) => isFailure(error, 'catalogue.damaged');

describe('a line of the catalogue', () => {
  it('gives back every entry, whatever its names and times', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const line = entryLine(given);
        assert.equal(line.indexOf('\n'), line.length - 1);
        const stored = Buffer.from(line, 'utf8').toString('utf8');
        assert.deepEqual(decodeLine(stored), { kind: 'entry', entry: given });
      }),
    );
  });

  it('has the bytes that JSON.stringify would give it', () => {
    fc.assert(
      fc.property(entry, (given) => {
        const { mtimeNs, ...rest } = given;
        const magnitude = mtimeNs < 0n ? -mtimeNs : mtimeNs;
        const fraction = (magnitude % 1_000_000_000n).toString().padStart(9, '0');
        const mtime = `${mtimeNs < 0n ? '-' : ''}${magnitude / 1_000_000_000n}.${fraction}`;
        assert.equal(entryLine(given), `${JSON.stringify({ ...rest, mtime })}\n`);
      }),
    );
  });

  it('gives back every notice, and the count at the end', () => {
    fc.assert(
      fc.property(notice, fc.nat(), fc.nat(), (given, entries, notices) => {
        assert.deepEqual(decodeLine(encodeNotice(given)), { kind: 'notice', notice: given });
        assert.deepEqual(decodeLine(encodeEnd(entries, notices)), { kind: 'end', entries, notices });
      }),
    );
  });

  it('writes names and times as the format says', () => {
    const base = { path: 'a', type: 'file', mode: 420, uid: 0, gid: 0, size: 0, at: 0, span: 512 } as const;
    const encoded = entryLine({ ...base, path: 'a\n"\udcff', mtimeNs: -1_000_000_001n });
    assert.equal(
      encoded,
      '{"path":"a\\n\\"\\udcff","type":"file","mode":420,"uid":0,"gid":0,"size":0,"at":0,"span":512,"mtime":"-1.000000001"}\n',
    );
    for (const [ns, mtime] of [
      [0n, '0.000000000'],
      [1n, '0.000000001'],
      [-1n, '-0.000000001'],
      [1_700_000_000_000_000_000n, '1700000000.000000000'],
    ] as const) {
      assert.ok(entryLine({ ...base, mtimeNs: ns }).includes(`"mtime":"${mtime}"`));
    }
  });

  it('with a path that leads out of the source is damaged', () => {
    const unsafe = ['', '/', '/etc', '..', '../x', 'a/..', 'a/../b', './a', 'a/./b', 'a//b', 'a/', 'a\0b'];
    for (const bad of unsafe) {
      assert.equal(isSafePath(bad), false, bad);
      assert.throws(() => decodeLine(entryLine({ ...file('a'), ...ENTRY, path: bad })), damaged, bad);
      const linked = { ...ENTRY, type: 'hardlink', link: bad } as const;
      assert.throws(() => decodeLine(entryLine(linked)), damaged, `a hard link to ${bad}`);
    }
    for (const good of ['.', 'a', 'a/b', '...', '..a', 'a..', ' ', '-', '\n'])
      assert.equal(isSafePath(good), true, good);
  });

  it('that is none is damaged', () => {
    const entryWith = (change: object) => JSON.stringify({ ...JSON.parse(entryLine(ENTRY)), ...change });
    assert.doesNotThrow(() => decodeLine(entryWith({})));
    const bad = [
      '',
      '{',
      'null',
      '[]',
      '1',
      '{}',
      '{"end":{}}',
      '{"end":{"entries":-1,"notices":0}}',
      '{"notice":{"path":"a"}}',
      '{"notice":{"path":"a","state":"lost","reason":""}}',
      entryWith({ type: 'socket' }),
      entryWith({ mode: '420' }),
      entryWith({ size: -1 }),
      entryWith({ size: 1.5 }),
      entryWith({ at: 2 ** 60 }),
      entryWith({ span: 0 }),
      entryWith({ mtime: '1.5' }),
      entryWith({ mtime: 1 }),
      entryWith({ mtime: undefined }),
      entryWith({ sha256: 'x' }),
      entryWith({ sha256: ['a'.repeat(64)] }),
      entryWith({ link: 1 }),
      entryWith({ user: 0 }),
      entryWith({ sparse: 'yes' }),
      entryWith({ device: null }),
      entryWith({ device: { major: 1 } }),
      entryWith({ listing: 'Ya' }),
      entryWith({ listing: ['Xa'] }),
      entryWith({ listing: ['Y'] }),
      entryWith({ listing: ['Y..'] }),
      entryWith({ listing: ['Ya/b'] }),
      entryWith({ type: 'hardlink' }),
    ];
    for (const line of bad) assert.throws(() => decodeLine(line), damaged, line);
  });
});

const ENTRY: Entry = {
  path: 'a',
  type: 'file',
  mode: 420,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  size: 0,
  at: 0,
  span: 512,
};

describe('a catalogue', () => {
  const lines = [
    entryLine({ ...ENTRY, path: 'a', at: 0 }),
    entryLine({ ...ENTRY, path: 'b', at: 512 }),
    entryLine({ ...ENTRY, path: 'c', at: 2048 }),
    encodeNotice({ path: 'd', state: 'skipped', reason: 'permission denied' }),
    encodeEnd(3, 1),
  ];
  const read = (bytes: Uint8Array, pieceBytes = 50) =>
    collected(readCatalogue(pieces(Buffer.from(bytes), pieceBytes)));
  const readLines = (some: readonly string[]) => read(Buffer.from(some.join('')));

  it('is read line by line, however it comes in pieces', async () => {
    const bytes = Buffer.from(lines.join(''));
    for (let size = 1; size < bytes.length + 10; size += 7) {
      assert.deepEqual(
        (await read(bytes, size)).map(({ kind }) => kind),
        ['entry', 'entry', 'entry', 'notice'],
      );
    }
  });

  it('that is cut anywhere is damaged', async () => {
    const bytes = Buffer.from(lines.join(''));
    for (let length = 0; length < bytes.length; length += 1) {
      await failsWith('catalogue.damaged', () => read(bytes.subarray(0, length)));
    }
  });

  it('with a line left out, doubled, moved or added is damaged', async () => {
    await readLines(lines);
    const wrong = lines.flatMap((line, i) => [
      lines.toSpliced(i, 1),
      lines.toSpliced(i, 0, line),
      ...(i + 1 < lines.length ? [lines.toSpliced(i, 2, lines[i + 1] ?? '', line)] : []),
    ]);
    wrong.push([...lines, '\n'], [...lines, encodeEnd(3, 1)], [...lines, entryLine(ENTRY)], []);
    for (const some of wrong) await failsWith('catalogue.damaged', () => readLines(some));
  });
});

describe('the catalogue of a backup', () => {
  let bench: Bench;
  before(async () => {
    bench = await Bench.make({ encrypted: true });
  });
  after(() => bench.close());

  it('keeps a directory whose listing is longer than a frame', async () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `Y${testBytes(20, i).toString('hex')}` as const);
    const backup = await bench.backup([directory('.', ...names), file('a')]);
    const [first, second] = await collected(bench.reader(backup).catalogue());
    assert.ok(first?.kind === 'entry' && second?.kind === 'entry');
    assert.deepEqual(first.entry.listing, names);
    assert.equal(second.entry.path, 'a');
  });

  it('counts in the manifest what was skipped and what changed, but nothing harmless', async () => {
    const notices: Notice[] = [
      { path: 'a', state: 'skipped', reason: 'permission denied' },
      { path: 'b', state: 'changed', reason: 'file changed as we read it' },
      { path: 'c', state: 'skipped', reason: 'socket', harmless: true },
    ];
    const backup = await bench.backup([file('b')], { notices });
    const { skipped, changed } = backup.read.manifest.totals;
    assert.deepEqual([skipped, changed], [1, 1]);
    const found = await collected(bench.reader(backup).catalogue());
    assert.deepEqual(
      found.flatMap((line) => (line.kind === 'notice' ? [line.notice] : [])),
      notices,
    );
  });
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
