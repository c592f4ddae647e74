import assert from 'node:assert/strict';
import { closeSync, readdirSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { systemCommands, type CommandSpec } from '#host';
import { bulkPipe } from './bulk-output.js';

const bulk = { stdin: 'ignore', stdout: 'bulk', stderr: 'ignore' } as const;
const shell = (script: string): CommandSpec => ({ program: 'sh', args: ['-c', script], ...bulk });

describe('what a command writes in bulk', () => {
  it('fills the buffers to the brim, however small its pieces are', async () => {
    const command = await systemCommands.start(
      shell('i=0; while [ $i -lt 300 ]; do echo 1234567; i=$((i+1)); done'),
    );
    const buffer = Buffer.alloc(1000);
    const lengths: number[] = [];
    let text = '';
    for (let length = 1000; length === 1000;) {
      length = (await command.output?.fill(buffer)) ?? 0;
      lengths.push(length);
      text += buffer.toString('latin1', 0, length);
    }
    assert.deepEqual(lengths, [1000, 1000, 400]);
    assert.equal(text, '1234567\n'.repeat(300));
    assert.deepEqual(await command.exit, { code: 0, signal: undefined });
    assert.equal(await command.output?.fill(buffer), 0);
  });

  it('waits for a reader, and takes no memory meanwhile', async () => {
    const command = await systemCommands.start(shell('head -c 50000000 /dev/zero'));
    const buffer = Buffer.alloc(1 << 20);
    let bytes = 0;
    for (let filled = 1; filled > 0; bytes += filled) filled = (await command.output?.fill(buffer)) ?? 0;
    assert.equal(bytes, 50_000_000);
    await command.exit;
  });

  it('ends when the command is stopped, also in the middle of a read', async () => {
    const command = await systemCommands.start(shell('echo begun; exec sleep 100'));
    assert.equal(await command.output?.fill(Buffer.alloc(4)), 4);
    const filling = command.output?.fill(Buffer.alloc(100));
    await command.stop();
    assert.equal(await filling, 2);
  });

  it('is not closed under a read, nor between the reads that fill one buffer', async () => {
    const { writer, output } = await bulkPipe(systemCommands);
    const filling = output.fill(Buffer.alloc(100));
    let isClosed = false;
    const closing = output.close().then(() => (isClosed = true));
    try {
      writeSync(writer, 'one');
      for (let turn = 0; turn < 100; turn += 1) await setImmediate();
      assert.equal(isClosed, false);
      writeSync(writer, 'two');
    } finally {
      closeSync(writer);
    }
    assert.equal(await filling, 6);
    await closing;
  });

  it('leaves no file open that nobody reads', async () => {
    const before = openFiles();
    for (let i = 0; i < 5; i += 1) {
      const command = await systemCommands.start(shell('exec sleep 100'));
      await command.stop();
      await assert.rejects(systemCommands.start({ program: 'there-is-no-such-program', args: [], ...bulk }));
    }
    assert.equal(openFiles(), before);
  });
});

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
