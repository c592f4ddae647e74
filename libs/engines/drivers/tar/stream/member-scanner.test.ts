import assert from 'node:assert/strict';
import { linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import type { Entry } from '#domain';
import { isFailure } from '#kernel';
import { runToEnd, systemCommands } from '#host';
import { withTemporaryDirectory } from '#test/support';
import { alignedBlocks } from './aligned-blocks.js';
import { MemberScanner, scanned } from './member-scanner.js';
import { paxData, paxRecords, paxTimeNs } from './pax.js';
import { BLOCK, padded, paxHeader, rewriteHeader } from './tar-header.js';

describe('the members of a tar stream', () => {
  const LONG = `${'directory/'.repeat(15)}${'n'.repeat(120)}`;

  for (const format of ['gnu', 'oldgnu', 'posix', 'ustar', 'v7']) {
    it(`are found in the format ${format}`, async () => {
      await withTemporaryDirectory(async (directory) => {
        const hasLongNames = !['ustar', 'v7'].includes(format);
        const long = hasLongNames ? LONG : 'not-long';
        makeTree(directory, long);
        const sparse = hasLongNames ? ['--sparse'] : [];
        const args = [
          '--create',
          `--format=${format}`,
          ...sparse,
          '--owner=someone:12',
          '--group=some:34',
          '-C',
          directory,
          '.',
        ];
        const entries = await entriesOf(await tar(args));
        const found = (path: string) => entries.find((entry) => entry.path === path) ?? assert.fail(path);
        const file = found('file');
        assert.equal(file.type, 'file');
        assert.equal(file.size, 7);
        assert.equal(file.sha256, createHash('sha256').update('content').digest('hex'));
        assert.equal(file.mtimeNs, 1_000_000_000n * 1_234_567_890n);
        assert.deepEqual([file.uid, file.gid], [12, 34]);
        if (format !== 'v7') assert.deepEqual([file.user, file.group], ['someone', 'some']);
        assert.equal(found('.').type, 'directory');
        assert.equal(found(long).size, 4);
        assert.equal(found('soft').link, hasLongNames ? `${LONG}/target` : 'short');
        const [one, other] = [found('file-2'), found('file-3')];
        const link = one.type === 'hardlink' ? one : other;
        assert.equal(link.type, 'hardlink');
        assert.equal(link.link, link === one ? 'file-3' : 'file-2');
        assert.equal(found('holes').size, 200_000);
        assert.equal(found('holes').sparse, hasLongNames ? true : undefined);
      });
    });
  }

  // One large file in two thousand has its header at the very end of a buffer, and the block engine then gave up.
  it('have their large contents told with the bytes in which they begin, wherever the stream is cut', async () => {
    await withTemporaryDirectory(async (directory) => {
      for (const name of ['a', 'b']) writeFileSync(join(directory, name), Buffer.alloc(300_000, name));
      const bytes = await tar(['--create', '-C', directory, '.']);
      const whole = new MemberScanner({ digest: 'none' }).push(bytes).contents;
      assert.equal(whole.length, 2);
      for (let cut = BLOCK; cut < bytes.length; cut += BLOCK) {
        const scanner = new MemberScanner({ digest: 'none' });
        const [head, tail] = [bytes.subarray(0, cut), bytes.subarray(cut)].map((half) => scanner.push(half));
        assert.deepEqual([...(head?.contents ?? []), ...(tail?.contents ?? [])], whole);
        assert.ok(
          head?.contents.every(({ at }) => at < cut),
          `cut at ${cut}`,
        );
        assert.ok(
          tail?.contents.every(({ at }) => at >= cut),
          `cut at ${cut}`,
        );
      }
    });
  });

  it('have the listings that GNU tar writes in its older incremental format', async () => {
    await withTemporaryDirectory(async (directory) => {
      makeTree(directory, 'not-long');
      const entries = await entriesOf(
        await tar(['--create', '--format=gnu', '--incremental', '-C', directory, '.']),
      );
      assert.deepEqual(entries[0]?.listing, [
        'Yfile',
        'Yfile-2',
        'Yfile-3',
        'Yholes',
        'Ynot-long',
        'Ysoft',
        'Dsub',
      ]);
    });
  });

  it('follow global headers, which change each of them', async () => {
    const told = paxData([{ key: 'mtime', value: Buffer.from('-1.000000001') }]);
    const global = paxHeader(Buffer.from('g'), told.length);
    global.write('g', 156);
    const stream = [rewriteHeader(global, { name: Buffer.from('g') }), padding(told), plain('a'), plain('b')];
    const entries = await entriesOf(Buffer.concat(stream));
    assert.deepEqual(
      entries.map(({ path, at, mtimeNs }) => [path, at, mtimeNs]),
      [
        ['a', 0, -1_000_000_001n],
        ['b', 3 * BLOCK, -1_000_000_001n],
      ],
    );
  });

  it('may be followed by an end mark, and by nothing else', async () => {
    const marked = Buffer.concat([plain('a'), Buffer.alloc(10 * BLOCK)]);
    const scanner = new MemberScanner({ digest: 'all' });
    const { bytes, entries } = scanner.push(marked);
    assert.equal(bytes.length, BLOCK);
    assert.equal(entries.length, 1);
    assert.equal(scanner.hasEndMark, true);
    await malformed(Buffer.concat([plain('a'), Buffer.alloc(BLOCK), plain('b')]), /behind its end/);
  });

  it('are none in an empty stream', async () => {
    assert.deepEqual(await entriesOf(Buffer.alloc(0)), []);
  });

  const header = plain('name');
  const broken: readonly (readonly [why: string, stream: Buffer, says: RegExp])[] = [
    ['a wrong checksum', changed(header, 0, 'x'), /offset 0: a header does not fit its checksum/],
    [
      'an unknown type',
      rewriteHeader(changed(header, 156, 'Q'), { name: Buffer.from('a') }),
      /no member type "Q"/,
    ],
    [
      'a size that is no number',
      rewriteHeader(changed(header, 124, 'abc'), { name: Buffer.from('a') }),
      /number that is none/,
    ],
    ['half a block', header.subarray(0, 100), /middle of a block/],
    [
      'a file that breaks off',
      rewriteHeader(header, { name: Buffer.from('a'), size: 5 }),
      /middle of a member/,
    ],
    ['a pax header without a member', withPax('12 path=a/b\n', []), /middle of a member/],
    ['a pax record with a wrong length', withPax('99 path=a\n', [header]), /wrong length/],
    ['a pax record that is no record', withPax('nonsense', [header]), /wrong length/],
    [
      'a pax header that is too long',
      rewriteHeader(paxHeader(Buffer.from('x'), 0), { name: Buffer.from('x'), size: 300 << 20 }),
      /longer than/,
    ],
    ['a pax time that is none', withPax('16 mtime=never!\n', [header]), /mtime is no time/],
    [
      'a listing with a path',
      withPax('22 GNU.dumpdir=Ya/b\0\0\n', [changedType(header, '5')]),
      /name that is none/,
    ],
    [
      'a listing with an unknown code',
      withPax('20 GNU.dumpdir=Qa\0\0\n', [changedType(header, '5')]),
      /unknown code/,
    ],
  ];
  for (const [why, stream, says] of broken) {
    it(`are refused with ${why}`, async () => {
      await malformed(stream, says);
    });
  }

  it('have times to the nanosecond, before 1970 too', () => {
    for (const [text, ns] of [
      ['0', 0n],
      ['1.5', 1_500_000_000n],
      ['-1.5', -1_500_000_000n],
      ['-0.000000001', -1n],
      ['12.1234567899', 12_123_456_789n],
      ['-62135596800', -62_135_596_800_000_000_000n],
    ] as const) {
      assert.equal(paxTimeNs({ key: 'mtime', value: Buffer.from(text) }, 0), ns);
    }
  });

  it('have pax records of any bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.stringMatching(/^[a-zA-Z.]+$/), fc.uint8Array({ maxLength: 1200 }))),
        (pairs) => {
          const records = pairs.map(([key, value]) => ({ key, value: Buffer.from(value) }));
          assert.deepEqual(paxRecords(paxData(records), 0), records);
        },
      ),
    );
  });

  function makeTree(directory: string, long: string): void {
    mkdirSync(join(directory, 'sub'));
    mkdirSync(join(directory, long, '..'), { recursive: true });
    writeFileSync(join(directory, long), 'long');
    writeFileSync(join(directory, 'file'), 'content');
    utimesSync(join(directory, 'file'), 1_234_567_890, 1_234_567_890);
    writeFileSync(join(directory, 'file-2'), 'two names');
    linkSync(join(directory, 'file-2'), join(directory, 'file-3'));
    symlinkSync(long === LONG ? `${LONG}/target` : 'short', join(directory, 'soft'));
    writeFileSync(join(directory, 'holes'), 'data');
    truncateSync(join(directory, 'holes'), 200_000);
  }

  async function tar(args: readonly string[]): Promise<Buffer> {
    const { exit, stdout, stderr } = await runToEnd(systemCommands, {
      program: 'tar',
      args: [...args, '-f', '-'],
    });
    assert.equal(exit.code, 0, stderr);
    return stdout;
  }

  async function entriesOf(stream: Buffer): Promise<Entry[]> {
    const entries: Entry[] = [];
    const scanner = new MemberScanner({ digest: 'all' });
    for await (const part of scanned(alignedBlocks(Readable.from([stream])), scanner))
      entries.push(...part.entries);
    return entries;
  }

  async function malformed(stream: Buffer, says: RegExp): Promise<void> {
    await assert.rejects(
      entriesOf(stream),
      (error) => isFailure(error, 'engine.stream-malformed') && says.test(error.message),
    );
  }

  function plain(name: string): Buffer {
    return rewriteHeader(changed(paxHeader(Buffer.from(name), 0), 156, '0'), { name: Buffer.from(name) });
  }

  function changed(block: Buffer, at: number, text: string): Buffer {
    const copy = Buffer.from(block);
    copy.write(text, at, 'latin1');
    return copy;
  }

  function changedType(block: Buffer, type: string): Buffer {
    return rewriteHeader(changed(block, 156, type), { name: Buffer.from('name') });
  }

  function withPax(records: string, then: readonly Buffer[]): Buffer {
    const data = Buffer.from(records, 'latin1');
    return Buffer.concat([paxHeader(Buffer.from('x'), data.length), padding(data), ...then]);
  }

  function padding(data: Buffer): Buffer {
    return Buffer.concat([data, Buffer.alloc(padded(data.length) - data.length)]);
  }
});
