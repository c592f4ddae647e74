import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { withTemporaryDirectory } from '#test/support';
import { openProcessLog } from './process-log.js';

describe('the log of a process', () => {
  it('goes on where it ended, and remembers only what this life said', () =>
    withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'api.log');
      writeFileSync(path, 'of a former life\n');
      const log = await openProcessLog(path);
      assert.deepEqual(await log.lastLines(3), []);
      writeSync(log.fd, 'one\ntwo\n\nthree\nfour\n');
      assert.deepEqual(await log.lastLines(3), ['two', 'three', 'four']);
      await log.close();
      assert.match(readFileSync(path, 'utf8'), /^of a former life\none\n/);
    }));

  it('belongs to its user alone', () =>
    withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'api.log');
      await (await openProcessLog(path)).close();
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }));

  it('remembers the end of a long speech', () =>
    withTemporaryDirectory(async (directory) => {
      const log = await openProcessLog(join(directory, 'api.log'));
      writeSync(log.fd, `${'x'.repeat(100)}\n`.repeat(1000) + 'the end\n');
      assert.deepEqual((await log.lastLines(5)).at(-1), 'the end');
      await log.close();
    }));

  it('is put aside when it has grown, and three old ones are kept', () =>
    withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'api.log');
      for (let n = 1; n <= 6; n += 1) {
        await (await openProcessLog(path)).close();
        writeFileSync(path, `${n}${' '.repeat((4 << 20) + 1)}`);
      }
      await (await openProcessLog(path)).close();
      const first = (name: string) => readFileSync(join(directory, name), 'utf8').charAt(0);
      assert.deepEqual(
        readdirSync(directory).map((name) => [name, first(name)]),
        [
          ['api.log', ''],
          ['api.log.1', '6'],
          ['api.log.2', '5'],
          ['api.log.3', '4'],
        ],
      );
    }));
});
