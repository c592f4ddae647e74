import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { removeTree, runToEnd, systemCommands, temporaryDirectory, type TemporaryDirectory } from '#host';
import { asNobody, ODD_NAMES } from '#test/support';

describe('a temporary directory', () => {
  let parent: TemporaryDirectory;
  beforeEach(async () => void (parent = await temporaryDirectory('firn-parent-')));
  afterEach(() => parent.remove());

  it('is there, for this user alone, until it is removed', async () => {
    // A setgid bit of the parent would be handed on.
    chmodSync(parent.path, 0o2777);
    const directory = await temporaryDirectory('some-', parent.path);
    assert.ok(directory.path.startsWith(join(parent.path, 'some-')));
    assert.equal(statSync(directory.path).mode & 0o7777, 0o700);
    await directory.remove();
    await directory.remove();
    assert.ok(!existsSync(directory.path));
  });

  it('is another one each time, and goes with its scope', async () => {
    let path: string;
    {
      await using one = await temporaryDirectory('x', parent.path);
      await using other = await temporaryDirectory('x', parent.path);
      assert.notEqual(one.path, other.path);
      path = one.path;
    }
    assert.ok(!existsSync(path));
  });

  it('is removed with all that is in it, whatever the names, and nothing that symlinks point to', async () => {
    const directory = await temporaryDirectory('full-', parent.path);
    const outside = join(parent.path, 'outside');
    writeFileSync(outside, 'stays');
    for (const name of ODD_NAMES) {
      const inner = Buffer.concat([Buffer.from(`${directory.path}/`), name]);
      mkdirSync(inner);
      writeFileSync(Buffer.concat([inner, Buffer.from('/'), name]), '');
      symlinkSync(parent.path, Buffer.concat([inner, Buffer.from('/.link')]));
    }
    await directory.remove();
    assert.ok(!existsSync(directory.path));
    assert.ok(existsSync(outside));
  });

  it('is removed by an ordinary user although there are directories in it that may not be written to', async () => {
    chmodSync(parent.path, 0o777);
    const door = JSON.stringify(import.meta.resolve('#host'));
    const script = `const { mkdirSync, chmodSync, writeFileSync, existsSync } = await import('node:fs');
      const { temporaryDirectory } = await import(${door});
      const directory = await temporaryDirectory('mine-', ${JSON.stringify(parent.path)});
      mkdirSync(directory.path + '/a/b', { recursive: true });
      writeFileSync(directory.path + '/a/b/file', '');
      chmodSync(directory.path + '/a/b', 0);
      chmodSync(directory.path + '/a', 0o555);
      await directory.remove();
      console.log(existsSync(directory.path));`;
    const call = asNobody({ program: process.execPath, args: ['--input-type=module', '-e', script] });
    const { stdout, stderr } = await runToEnd(systemCommands, call);
    assert.equal(stdout.toString(), 'false\n', stderr);
  });

  it('that was never there is removed without a word', () => removeTree(join(parent.path, 'nothing')));
});
