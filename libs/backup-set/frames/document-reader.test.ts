import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { Failure, isFailure, type BackupId, type ContainerId } from '#kernel';
import { collected, testBytes } from '#storage/testing';
import { Bench } from '../testing/bench.js';
import { readDocument, type StoredDocument } from './document-reader.js';
import { DocumentWriter } from './document-writer.js';
import { FrameSealer } from './frame-sealer.js';

const FRAME = 1 << 20;
const PLACE = {
  container: '0'.repeat(32) as ContainerId,
  backup: '20261121T020000Z-00000000' as BackupId,
};

describe('reading a document', () => {
  const sealer = new FrameSealer('catalogue', PLACE, undefined);
  const plain = testBytes(3 * FRAME + 12_345, 1);
  let bench: Bench;
  let stored: Buffer;
  let document: StoredDocument;
  /** Streams that were opened and not given back. */
  let open = 0;

  before(async () => {
    bench = await Bench.make({ encrypted: false });
    const path = join(bench.directory.path, 'document');
    const writer = await DocumentWriter.create(sealer, await bench.codec('zstd'), path);
    await writer.append(plain);
    const { size, sha256 } = await writer.finish();
    stored = await readFile(path);
    const expected = { size, sha256 };
    document = {
      key: 'document',
      expected,
      sealer,
      code: 'catalogue.damaged',
      open: arriving(stored, 65_536),
    };
  });
  after(() => bench.close());

  const arriving = (bytes: Buffer, pieceBytes: number) => () => Promise.resolve(pieces(bytes, pieceBytes));
  async function* pieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
    open += 1;
    try {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    } finally {
      open -= 1;
    }
  }
  const read = (changes: Partial<StoredDocument> = {}, signal?: AbortSignal) =>
    readDocument({ ...document, ...changes }, bench.shelf, signal);
  /** With a byte of its last frame changed. */
  const damaged = () => {
    const bytes = Buffer.from(stored);
    bytes[bytes.length - 1000]! ^= 1;
    return bytes;
  };

  it('gives it frame by frame, in whatever pieces it arrives', async () => {
    for (const pieceBytes of [1000, FRAME, stored.length]) {
      const frames = await collected(read({ open: arriving(stored, pieceBytes) }));
      assert.ok(Buffer.concat(frames).equals(plain));
      assert.deepEqual(
        frames.map(({ length }) => length),
        [FRAME, FRAME, FRAME, 12_345],
      );
    }
  });

  it('tells of damage, and what it gave before is good', async () => {
    const given: Buffer[] = [];
    const reading = async () => {
      for await (const bytes of read({ open: arriving(damaged(), 65_536) })) given.push(bytes);
    };
    await assert.rejects(reading(), (error) => isFailure(error, 'catalogue.damaged'));
    const length = given.reduce((sum, bytes) => sum + bytes.length, 0);
    assert.ok(length < plain.length && Buffer.concat(given).equals(plain.subarray(0, length)));
    assert.equal(open, 0);
  });

  it('goes on with the same bytes in another place, and gives no frame twice', async () => {
    const others = async function* () {
      yield pieces(damaged().subarray(0, FRAME), 65_536);
      yield pieces(stored, 65_536);
    };
    const frames = await collected(read({ open: arriving(damaged(), 65_536), others }));
    assert.ok(Buffer.concat(frames).equals(plain));
    assert.equal(open, 0);
  });

  it('gives the stream back when nobody wants more of it', async () => {
    for await (const _ of read()) break;
    assert.equal(open, 0);
  });

  it('asks for nothing when the signal was aborted before', async () => {
    const asked: string[] = [];
    const refusing = () => {
      asked.push('open');
      return Promise.reject(new Failure('storage.unavailable', 'away'));
    };
    const signal = AbortSignal.abort(new Failure('run.cancelled', 'enough'));
    await assert.rejects(collected(read({ open: refusing }, signal)), (error) =>
      isFailure(error, 'run.cancelled'),
    );
    assert.deepEqual(asked, []);
  });
});
