import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  diskSpace,
  findProgram,
  lowerOwnPriority,
  mountsBelow,
  mountsIn,
  runToEnd,
  systemCommands,
} from '#host';
import { scriptedCommands } from '#host/testing';
import { isFailure } from '#kernel';

describe('disk space', () => {
  it('is what the file system says', async () => {
    const { freeBytes, totalBytes } = await diskSpace('/');
    assert.ok(Number.isSafeInteger(freeBytes) && Number.isSafeInteger(totalBytes));
    assert.ok(freeBytes >= 0 && freeBytes <= totalBytes && totalBytes > 0);
    const df = await runToEnd(systemCommands, { program: 'df', args: ['-B1', '--output=size', '/'] });
    assert.equal(df.stdout.toString().trim().split('\n').at(-1)?.trim(), String(totalBytes));
  });

  it('names a path that is not there', async () => {
    await assert.rejects(
      diskSpace('/firn/nowhere'),
      (e) => isFailure(e, 'input.file-unreadable') && e.message.includes('/firn/nowhere'),
    );
  });
});

describe('mounts', () => {
  it('are read with names of any bytes and any number of optional fields', () => {
    const lines = [
      String.raw`36 35 98:0 /a\040b /mnt/with\040blank rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue`,
      String.raw`37 35 0:21 / /mnt/new\012line\134\043 rw - nfs4 server:/share\011tab rw`,
      '38 35 0:22 / /mnt/latin-\xe9 rw - tmpfs none rw',
      '',
    ];
    assert.deepEqual(mountsIn(Buffer.from(lines.join('\n'), 'latin1')), [
      { path: '/mnt/with blank', type: 'ext3', source: '/dev/root' },
      { path: '/mnt/new\nline\\#', type: 'nfs4', source: 'server:/share\ttab' },
      { path: '/mnt/latin-\udce9', type: 'tmpfs', source: 'none' },
    ]);
  });

  it('below a directory are those in it, not the one on it', async () => {
    const all = await mountsBelow('/');
    const proc = all.find((mount) => mount.path === '/proc');
    assert.equal(proc?.type, 'proc');
    assert.ok(!all.some((mount) => mount.path === '/'));
    assert.ok(!(await mountsBelow('/proc')).some((mount) => mount.path === '/proc'));
  });

  it('below what is no directory are refused', async () => {
    await assert.rejects(mountsBelow('/firn/nowhere'), (e) => isFailure(e, 'input.file-unreadable'));
  });
});

describe('lowering the own priority', () => {
  it('reaches all threads, and never raises', async function () {
    if (!findProgram('ionice')) return this.skip();
    const door = JSON.stringify(import.meta.resolve('#host'));
    const script = `const { lowerOwnPriority, runToEnd, systemCommands } = await import(${door});
      const { getPriority } = await import('node:os');
      const { readdirSync } = await import('node:fs');
      await lowerOwnPriority({ nice: 19, idleIo: true }, systemCommands);
      await lowerOwnPriority({ nice: 3, idleIo: false }, systemCommands);
      const nice = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
      const io = await runToEnd(systemCommands, { program: 'ionice', args: [] });
      console.log(JSON.stringify([...new Set(nice), io.stdout.toString().trim()]));`;
    const call = { program: process.execPath, args: ['--input-type=module', '-e', script] };
    const { stdout, stderr } = await runToEnd(systemCommands, call);
    assert.equal(stdout.toString().trim(), '[19,"idle"]', stderr);
  });

  it('asks ionice only when idle I/O is wanted', async () => {
    const commands = scriptedCommands({ ionice: {} });
    await lowerOwnPriority({ nice: 0, idleIo: false }, commands);
    assert.deepEqual(commands.diary, []);
  });
});
