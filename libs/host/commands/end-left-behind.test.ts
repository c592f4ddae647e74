import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { processIdentity, processState } from '../process-identity.js';
import { endLeftBehind } from './end-left-behind.js';
import { systemCommands } from './system-commands.js';

describe('what a killed command leaves behind', () => {
  /** A command in a group of its own that says the number of its child, and waits for it. */
  async function started(entry: string, script: string) {
    const command = await systemCommands.start({
      ...{
        program: 'sh',
        args: ['-c', script],
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'inherit',
        group: true,
      },
      env: { PATH: '/usr/bin:/bin', FIRN_TEST_ORDER: entry },
    });
    const child = await new Promise<number>((resolve) =>
      command.stdout!.once('data', (line: Buffer) => resolve(Number(line.toString('utf8')))),
    );
    return { command, child: processIdentity(child) };
  }

  it('is ended by what stands in its environment, and nothing else is', async () => {
    const one = await started('one', 'sleep 60 & echo $!; wait');
    const other = await started('other', 'sleep 60 & echo $!; wait');
    process.kill(one.command.pid, 'SIGKILL');
    await one.command.ended;
    assert.equal(processState(one.child), 'running');
    assert.deepEqual(await endLeftBehind('FIRN_TEST_ORDER=one'), [one.child.pid]);
    assert.deepEqual([processState(one.child), processState(other.child)], ['gone', 'running']);
    assert.deepEqual(await endLeftBehind('FIRN_TEST_ORDER=one'), []);
    await other.command.stop();
  });

  it('is killed when it does not heed being asked', async () => {
    const { command, child } = await started('deaf', "trap '' TERM; sleep 60 & echo $!; wait");
    await endLeftBehind('FIRN_TEST_ORDER=deaf', 100);
    assert.equal(processState(child), 'gone');
    assert.deepEqual(await command.ended, { code: undefined, signal: 'SIGKILL' });
  });
});
