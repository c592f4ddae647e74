import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, it } from 'mocha';
import { readAll } from '../../read-all.js';
import { uploadSource } from './ftp-upload.js';

describe('a body on its way to an FTP server', () => {
  it('is asked for its next piece when the last has left, since it may use its buffer again', async () => {
    const buffer = Buffer.alloc(1 << 20);
    const seen: Buffer[] = [];
    let isOnItsWay = false;
    const body = {
      ...{ size: 8 << 20, sha256: '' },
      async *open() {
        for (let at = 0; at < 8; at += 1) {
          assert.equal(isOnItsWay, false, 'nothing of the last piece waits');
          yield buffer.fill(at);
        }
      },
    };
    const slowly = new Writable({
      highWaterMark: 64 << 10,
      write: (chunk: Buffer, _encoding, done) => {
        isOnItsWay = true;
        setImmediate(() => {
          seen.push(Buffer.from(chunk));
          isOnItsWay = false;
          done();
        });
      },
    });
    await pipeline(uploadSource('a', body, () => Promise.resolve()).stream, slowly);
    const expected = Buffer.concat(Array.from({ length: 8 }, (_, at) => Buffer.alloc(1 << 20, at)));
    assert.ok(Buffer.concat(seen).equals(expected));
  });

  it('is not opened before it is read', async () => {
    let isOpened = false;
    const body = {
      ...{ size: 1, sha256: '' },
      async *open() {
        isOpened = true;
        yield Buffer.from('x');
      },
    };
    const { stream } = uploadSource('a', body, () => Promise.resolve());
    await new Promise(setImmediate);
    assert.equal(isOpened, false);
    assert.equal((await readAll(stream)).toString(), 'x');
  });
});
