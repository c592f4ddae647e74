import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { closeSync, readdirSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { systemCommands, type CommandSpec } from '#host';
import { BulkPipeOutput } from './bulk-output.js';
import { bulkPipe } from './bulk-pipe.js';

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
    const { writer, reader } = await bulkPipe(systemCommands);
    const output = new BulkPipeOutput(reader);
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

describe('what a command is given in bulk', () => {
  const spec = (script: string): CommandSpec => ({
    ...{ program: 'sh', args: ['-c', script], stdin: 'bulk', stdout: 'pipe', stderr: 'ignore' },
  });

  it('arrives whole and in order, and ends when it is ended', async () => {
    const sent = Buffer.alloc(5_000_000, 'bulk by bulk ');
    const command = await systemCommands.start(spec('sha256sum'));
    for (let at = 0; at < sent.length; at += 700_001) command.stdin?.write(sent.subarray(at, at + 700_001));
    command.stdin?.end();
    assert.ok(command.stdout);
    assert.equal((await text(command.stdout)).slice(0, 64), hash('sha256', sent));
    assert.deepEqual(await command.exit, { code: 0, signal: undefined });
  });

  it('waits for the command, and is over when that ends before its time', async () => {
    const before = openFiles();
    const command = await systemCommands.start(spec('head -c 3; exec sleep 0.3'));
    assert.ok(command.stdin);
    const closed = closedOf(command.stdin);
    command.stdin.write(Buffer.alloc(4 << 20));
    assert.ok(command.stdin.writableLength > 0);
    await closed;
    assert.deepEqual(await command.exit, { code: 0, signal: undefined });
    command.stdout?.resume();
    assert.equal(openFiles(), before);
  });

  it('leaves no file open, and nothing waiting, when the command is stopped or missing', async () => {
    const before = openFiles();
    for (let i = 0; i < 5; i += 1) {
      const command = await systemCommands.start(spec('exec sleep 100'));
      assert.ok(command.stdin);
      const closed = closedOf(command.stdin);
      command.stdin.write(Buffer.alloc(4 << 20));
      await command.stop();
      await closed;
      await assert.rejects(
        systemCommands.start({ ...spec(''), stdout: 'ignore', program: 'there-is-no-such-program' }),
      );
    }
    assert.equal(openFiles(), before);
  });
});

function closedOf(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}
