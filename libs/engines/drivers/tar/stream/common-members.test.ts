import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { isFailure } from '#kernel';
import { CommonMembers } from './common-members.js';
import { HeaderCollector } from './header-collector.js';
import { memberOf, type Member } from './member-headers.js';
import { paxData } from './pax.js';
import { BLOCK, padded, paxHeader, rewriteHeader } from './tar-header.js';

describe('the headers of a common member', () => {
  const mostly = (usual: readonly string[], odd: readonly string[]) =>
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...usual) },
      { weight: 1, arbitrary: fc.constantFrom(...odd) },
    );
  const text = fc.oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^(\.\/)?[a-z]{0,4}(\/[a-z.]{1,4}){0,3}\/?$/) },
    { weight: 2, arbitrary: fc.string({ maxLength: 8, unit: 'grapheme' }) },
  );
  const name = fc.oneof(
    { weight: 20, arbitrary: text.map((value) => Buffer.from(value)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
  );
  const number = mostly(
    ['0', '7', '1234567', '123456789012345', '007'],
    ['', '-1', '9007199254740991', '9007199254740993', '1e3', '18446744073709551615'],
  );
  const time = mostly(
    ['1795188778.301611674', '1795188778.30161167', '1.5', '1', '0.000000001'],
    ['1.', '.5', '-1.5', '1.0000000001', 'x', ''],
  );
  const listing = fc
    .array(fc.tuple(mostly(['Y', 'N', 'D'], ['R', 'Q']), name), { maxLength: 6 })
    .map((listed) =>
      Buffer.concat([
        ...listed.map(([code, of]) => Buffer.from(`${code}${of.toString('latin1')}\0`, 'latin1')),
        Buffer.alloc(1),
      ]),
    );
  const bytes = (value: fc.Arbitrary<string>) => value.map((one) => Buffer.from(one));
  const record = fc.oneof(
    fc.record({ key: mostly(['path', 'linkpath'], ['uname', 'gname', 'GNU.sparse.name']), value: name }),
    fc.record({ key: fc.constant('path'), value: name }),
    fc.record({ key: mostly(['size', 'uid', 'gid'], ['GNU.sparse.realsize']), value: bytes(number) }),
    fc.record({ key: fc.constant('mtime'), value: bytes(time) }),
    fc.record({
      key: fc.constant('GNU.dumpdir'),
      value: fc.oneof({ weight: 9, arbitrary: listing }, { weight: 1, arbitrary: name }),
    }),
    fc.record({
      key: mostly(['SCHILY.xattr.user.a', 'SCHILY.'], ['comment', 'LIBARCHIVE.x']),
      value: name,
    }),
  );
  const header = fc.record({
    name,
    link: name,
    type: mostly(['0', '5', '1', '2'], ['\0', '7', '3', '4', 'S', 'D', 'x', 'g']),
    magic: mostly(['ustar\x0000'], ['ustar  \0', '\0\0\0\0\0\0\0\0']),
    user: mostly(['root', 'somebody', '', 'u'.repeat(32)], ['ü']),
    group: mostly(['root', 'wheel', ''], ['\xfc']),
    prefix: mostly(['', 'some/prefix'], ['..']),
    mode: mostly(['0000644\0', '0004755 '], ['00100644', ' 000644\0', '\0\0\0\0\0\0\0\0', '64x\0\0\0\0\0']),
    uid: mostly(['0001750\0', '0000000\0'], ['\x80\0\0\0\0\x10\0\0']),
    size: mostly(['00000000000\0', '77777777777 '], ['\x80\0\0\0\0\0\0\x10\0\0\0\0']),
    mtime: mostly(['15400000000\0'], ['\xff'.repeat(12)]),
    isDamaged: fc.integer({ min: 0, max: 30 }).map((chance) => chance === 0),
  });
  const headers = fc.tuple(fc.option(fc.array(record, { maxLength: 4 }), { freq: 4 }), header);

  it('mean the same to whoever reads only common ones as to whoever reads all', () => {
    const common = new CommonMembers();
    const reads = { quickly: 0, all: 0 };
    fc.assert(
      fc.property(fc.array(headers, { minLength: 1, maxLength: 3 }), fc.nat(3), (all, before) => {
        for (const one of all) {
          const stream = streamOf(one);
          const blocks = Buffer.concat([Buffer.alloc(before * BLOCK, 'x'), stream, Buffer.alloc(BLOCK)]);
          const expected = slowly(stream, 7 * BLOCK);
          const found = orFailure(() => common.read(blocks, before * BLOCK, 7 * BLOCK));
          if (found === undefined) continue;
          assert.deepEqual(found, expected);
          if (typeof found === 'object') assert.equal(common.length, stream.length);
          reads.quickly += 1;
        }
        reads.all += all.length;
      }),
      { numRuns: 3000 },
    );
    assert.ok(reads.quickly > reads.all / 3, `${reads.quickly} of ${reads.all}`);
  });

  it('are read at once when they are as GNU tar writes them', () => {
    const listed = Buffer.from('Yfile\0N.hidden\0Nü\0Dsub\0\0');
    const records = [
      { key: 'path', value: Buffer.from('./some/directory/') },
      { key: 'mtime', value: Buffer.from('1795188778.301611674') },
      { key: 'SCHILY.acl.access', value: Buffer.from('user::rwx') },
      { key: 'GNU.dumpdir', value: listed },
    ];
    const stream = streamOf([records, plain('./cut', '5')]);
    assert.deepEqual(new CommonMembers().read(stream, 0, 0)?.entry, {
      path: 'some/directory',
      type: 'directory',
      mode: 0o644,
      uid: 0o1750,
      gid: 0o1750,
      user: 'root',
      group: 'root',
      mtimeNs: 1_795_188_778_301_611_674n,
      size: 0,
      listing: ['Yfile', 'N.hidden', 'Nü', 'Dsub'],
      at: 0,
      span: 0,
    });
    for (const type of '0512')
      assert.ok(new CommonMembers().read(streamOf([undefined, plain('./a', type)]), 0, 0));
  });

  it('are not read unless they lie in the buffer to their end', () => {
    const stream = streamOf([[{ key: 'path', value: Buffer.from('a') }], plain('./a', '0')]);
    for (let end = 0; end < stream.length; end += BLOCK)
      assert.equal(new CommonMembers().read(stream.subarray(0, end), 0, 0), undefined);
  });

  interface Fields {
    readonly name: Buffer;
    readonly link: Buffer;
    readonly type: string;
    readonly magic: string;
    readonly user: string;
    readonly group: string;
    readonly prefix: string;
    readonly mode: string;
    readonly uid: string;
    readonly size: string;
    readonly mtime: string;
    readonly isDamaged: boolean;
  }

  function plain(name: string, type: string): Fields {
    const nothing = { user: 'root', group: 'root', prefix: '', isDamaged: false };
    const numbers = { mode: '0000644\0', uid: '0001750\0', size: '00000000000\0', mtime: '15400000000\0' };
    return {
      name: Buffer.from(name),
      link: Buffer.from('a'),
      type,
      magic: 'ustar\x0000',
      ...nothing,
      ...numbers,
    };
  }

  function streamOf([records, fields]: readonly [
    readonly { key: string; value: Buffer }[] | undefined | null,
    Fields,
  ]): Buffer {
    const block = Buffer.alloc(BLOCK);
    for (const [text, at] of [
      [fields.mode, 100],
      [fields.uid, 108],
      [fields.uid, 116],
      [fields.size, 124],
      [fields.mtime, 136],
      [fields.type, 156],
      [fields.magic, 257],
      [fields.user, 265],
      [fields.group, 297],
    ] as const) {
      block.write(text, at, 'latin1');
    }
    fields.link.copy(block, 157, 0, 100);
    const header = rewriteHeader(block, { name: fields.name });
    if (fields.prefix !== '') header.write(fields.prefix, 345);
    const summed = rewriteHeaderSum(header, fields.name);
    if (fields.isDamaged) summed[0] = (summed[0] as number) ^ 1;
    if (!records) return summed;
    const data = paxData(records);
    const padding = Buffer.alloc(padded(data.length) - data.length);
    return Buffer.concat([paxHeader(Buffer.from('x'), data.length), data, padding, summed]);
  }

  /** The prefix is cleared with the name, so the sum is set once more by hand. */
  function rewriteHeaderSum(header: Buffer, name: Buffer): Buffer {
    const copy = Buffer.from(header);
    name.copy(copy, 0, 0, 99);
    copy.fill(0x20, 148, 156);
    const sum = copy.reduce((total, byte) => total + byte, 0);
    copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return copy;
  }

  function slowly(stream: Buffer, offset: number): Member | string | undefined {
    return orFailure(() => {
      const collector = new HeaderCollector();
      for (let at = 0; at < stream.length;) at += collector.take(stream, at, offset + at);
      const headers = collector.finished();
      return headers && memberOf(headers);
    });
  }

  function orFailure(read: () => Member | undefined): Member | string | undefined {
    try {
      return read();
    } catch (error) {
      if (isFailure(error, 'engine.stream-malformed', 'restore.unsafe-path')) return error.message;
      throw error;
    }
  }
});
