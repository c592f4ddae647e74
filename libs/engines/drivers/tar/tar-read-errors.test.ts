import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { findProgram, runToEnd, systemCommands } from '#host';
import { isRoot, skipBecause, withTemporaryDirectory } from '#test/support';
import { archived, wholeSource } from '../../testing/index.js';
import { tarEngine } from './tar-engine.js';

const MiB = 1 << 20;

// Issue 4: GNU tar calls a file whose reading fails in the middle shrunk, and stores zeros for the rest of it.
describe('engine tar on a disk that fails', () => {
  it('says of a file that cannot be read to its end that it is not in the backup', async function () {
    if (!isRoot()) skipBecause(this, 'needs root to mount');
    if (!findProgram('mkfs.ext4')) skipBecause(this, 'there is no mkfs.ext4');
    await withTemporaryDirectory(async (directory) => {
      const [disk, root] = [join(directory, 'disk'), join(directory, 'root')];
      mkdirSync(root);
      writeFileSync(disk, Buffer.alloc(0));
      truncateSync(disk, 64 * MiB);
      await ran('mkfs.ext4', ['-q', '-F', disk]);
      if (!(await ran('mount', ['-o', 'loop', disk, root]))) skipBecause(this, 'may not mount');
      try {
        writeFileSync(join(root, 'a-whole'), 'whole');
        writeFileSync(join(root, 'big'), Buffer.alloc(40 * MiB, 'big'));
        writeFileSync(join(root, 'z-whole'), 'whole');
        await ran('umount', [root]);
        await ran('mount', ['-o', 'loop,ro', disk, root]);
        // The end of the disk is gone, and with it much of the big file: reading it is an input/output error.
        truncateSync(disk, 30 * MiB);
        assert.throws(() => readFileSync(join(root, 'big')), /EIO/);

        const engine = tarEngine({ commands: systemCommands, temporaryDirectory: directory });
        const { notices, entries } = await archived(engine, wholeSource(root));
        assert.deepEqual(notices, [{ path: 'big', state: 'skipped', reason: 'read error' }]);
        assert.ok(entries.some(({ path }) => path === 'z-whole'));
      } finally {
        await ran('umount', [root]);
      }
    });
  });
});

async function ran(program: string, args: readonly string[]): Promise<boolean> {
  const { exit } = await runToEnd(systemCommands, { program, args });
  return exit.code === 0;
}
