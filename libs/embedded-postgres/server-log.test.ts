import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'mocha';
import { silentLogger } from '#kernel';
import { withTemporaryDirectory } from '#test/support';
import { ServerLog } from './server-log.js';

describe('the log of a server', () => {
  it('takes down what is said, and goes on where the last one stopped', () =>
    withTemporaryDirectory(async (home) => {
      for (const words of ['one\ntwo\n', 'three\n']) {
        const log = new ServerLog(path.join(home, 'log'), silentLogger);
        void log.follow(Readable.from([Buffer.from(words)]));
        await log.close();
      }
      assert.equal(readFileSync(path.join(home, 'log', 'postgresql.log'), 'utf8'), 'one\ntwo\nthree\n');
    }));

  it('keeps three old files of bounded size', () =>
    withTemporaryDirectory(async (home) => {
      const log = new ServerLog(home, silentLogger);
      const piece = Buffer.alloc(1 << 20, 'x');
      await log.follow(Readable.from(Array.from({ length: 40 }, () => piece)));
      await log.close();
      const files = readdirSync(home).sort();
      assert.deepEqual(
        files,
        ['', '.1', '.2', '.3'].map((age) => `postgresql.log${age}`),
      );
      for (const file of files) assert.ok(statSync(path.join(home, file)).size <= 4 << 20);
    }));

  it('remembers the last lines although it cannot write', () =>
    withTemporaryDirectory(async (home) => {
      writeFileSync(path.join(home, 'file'), '');
      const log = new ServerLog(path.join(home, 'file', 'log'), silentLogger);
      await log.follow(Readable.from([Buffer.from('one\ntwo\n'), Buffer.from('three\n')]));
      assert.deepEqual(log.lastLines(2), ['two', 'three']);
      await log.close();
    }));
});
