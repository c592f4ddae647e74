import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { replaceDurably } from '#host';
import { withTemporaryDirectory } from '#test/support';

describe('a file that is replaced durably', () => {
  it('is for its owner only, whatever stood there or was left half written', () =>
    withTemporaryDirectory(async (directory) => {
      const file = join(directory, 'file');
      for (const path of [file, `${file}.new`]) {
        writeFileSync(path, 'older and longer');
        chmodSync(path, 0o644);
      }
      await replaceDurably(file, 'new');
      assert.equal(readFileSync(file, 'utf8'), 'new');
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(directory), ['file']);
    }));

  it('may be for everybody', () =>
    withTemporaryDirectory(async (directory) => {
      await replaceDurably(join(directory, 'file'), 'text', 0o644);
      assert.equal(statSync(join(directory, 'file')).mode & 0o777, 0o644);
    }));

  it('stays as it was when it cannot be replaced', () =>
    withTemporaryDirectory(async (directory) => {
      await assert.rejects(replaceDurably(join(directory, 'nowhere', 'file'), 'text'));
      assert.deepEqual(readdirSync(directory), []);
    }));
});
