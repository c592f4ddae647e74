import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { adoptCommand, processIdentity, processState, systemCommands } from '#host';
import { systemClock } from '#kernel';
import { withTemporaryDirectory } from '#test/support';

/** A process that starts a command into a file, tells its number, and is killed before the command ends. */
async function orphan(directory: string, script: string): Promise<{ pid: number; file: string }> {
  const file = join(directory, 'out');
  const door = new URL('../index.js', import.meta.url).href;
  const program = `
    import { openSync } from 'node:fs';
    import { systemCommands } from ${JSON.stringify(door)};
    const out = openSync(${JSON.stringify(file)}, 'a');
    const spec = { program: 'sh', args: ['-c', ${JSON.stringify(script)}], stdin: 'ignore', stdout: out, stderr: out };
    const command = await systemCommands.start({ ...spec, group: true, outlives: true });
    process.stdout.write(command.pid + '\\n');`;
  const parent = await systemCommands.start({
    program: process.execPath,
    args: ['--input-type=module', '-e', program],
    ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' },
  });
  let said = '';
  for await (const piece of parent.stdout as AsyncIterable<Buffer>) said += piece.toString();
  // It ended by itself, although its command runs.
  assert.deepEqual(await parent.exit, { code: 0, signal: undefined });
  return { pid: Number(said), file };
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await systemClock.sleep(10);
  assert.ok(holds());
}

describe('a command that outlives its parent', () => {
  it('goes on writing to its file, and is told to have ended', () =>
    withTemporaryDirectory(async (directory) => {
      const { pid, file } = await orphan(directory, 'echo one; sleep 0.5; echo two');
      const adopted = adoptCommand(processIdentity(pid));
      await adopted.ended;
      assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
      await adopted.stop();
    }));

  it('is ended with its whole group, also when it does not listen', () =>
    withTemporaryDirectory(async (directory) => {
      const script = `trap '' TERM; (trap '' TERM; echo ready; while :; do sleep 0.05; done) & wait; wait`;
      const { pid, file } = await orphan(directory, script);
      await until(() => readFileSync(file, 'utf8').includes('ready'));
      const identity = processIdentity(pid);
      const adopted = adoptCommand(identity);
      await adopted.stop(50);
      await adopted.ended;
      assert.equal(processState(identity), 'gone');
    }));

  it('is no longer watched when the watching is ended', () =>
    withTemporaryDirectory(async (directory) => {
      const { pid } = await orphan(directory, 'sleep 60');
      const watching = new AbortController();
      const adopted = adoptCommand(processIdentity(pid), watching.signal);
      watching.abort(new Error('enough'));
      await assert.rejects(adopted.ended, /enough/);
      assert.equal(processState(processIdentity(pid)), 'running');
      await adopted.stop();
    }));

  it('takes an open file for what it prints', () =>
    withTemporaryDirectory(async (directory) => {
      const file = openSync(join(directory, 'both'), 'w');
      const command = await systemCommands.start({
        ...{
          program: 'sh',
          args: ['-c', 'echo out; echo err >&2'],
          stdin: 'ignore',
          stdout: file,
          stderr: file,
        },
      });
      closeSync(file);
      assert.equal(command.stdout, undefined);
      assert.deepEqual(await command.exit, { code: 0, signal: undefined });
      assert.equal(readFileSync(join(directory, 'both'), 'utf8'), 'out\nerr\n');
    }));
});
