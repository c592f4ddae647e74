import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'mocha';
import { exclusively, runToEnd, systemCommands } from '#host';
import { systemClock } from '#kernel';

const name = (what: string) => `test ${process.pid} ${what}`;
const node = (script: string) => ({ program: process.execPath, args: ['--input-type=module', '-e', script] });
const door = JSON.stringify(import.meta.resolve('#host'));

describe('holding a name exclusively', () => {
  it('is for one at a time, and for the next after a release', async () => {
    const held = await exclusively(name('a'));
    assert.ok(held);
    assert.equal(await exclusively(name('a')), undefined);
    const other = await exclusively(name('b'));
    assert.ok(other);
    await held.release();
    await held.release();
    const again = await exclusively(name('a'));
    assert.ok(again);
    await Promise.all([again.release(), other.release()]);
  });

  it('lets exactly one of many have it', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => exclusively(name('race'))));
    const held = all.filter((one) => one !== undefined);
    assert.equal(held.length, 1);
    await held[0]?.release();
  });

  it('takes names of any length and letters', async () => {
    const held = await exclusively(name(`${'x'.repeat(5000)}\0/ü`));
    assert.ok(held);
    await held.release();
  });

  it('holds against other processes, and ends when the holder is killed', async () => {
    const script = `const { exclusively } = await import(${door});
      const held = await exclusively(${JSON.stringify(name('killed'))});
      process.stdout.write(held ? 'held' : 'taken');
      process.stdin.resume();`;
    const holder = await systemCommands.start({
      ...node(script),
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'inherit',
    });
    const [said] = (await once(holder.stdout!, 'data')) as [Buffer];
    assert.equal(said.toString(), 'held');
    assert.equal(await exclusively(name('killed')), undefined);
    process.kill(holder.pid, 'SIGKILL');
    await holder.exit;
    const held = await exclusively(name('killed'));
    assert.ok(held);
    await held.release();
  });

  // Between fork and exec a command has all that its starter had; a killed holder's name is then not free at once.
  it('is to be had when a holder dies a moment after it was asked for', async () => {
    const held = await exclusively(name('dying'));
    const asked = exclusively(name('dying'));
    await systemClock.sleep(100);
    await held!.release();
    const next = await asked;
    assert.ok(next);
    await next.release();
  });

  it('keeps no process alive', async () => {
    const script = `const { exclusively } = await import(${door}); await exclusively(${JSON.stringify(name('idle'))});`;
    const { exit } = await runToEnd(systemCommands, node(script), { timeoutMs: 15_000 });
    assert.equal(exit.code, 0);
  });
});
