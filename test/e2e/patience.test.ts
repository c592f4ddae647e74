import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { describe, it } from 'mocha';
import { freePort } from '#host';
import { startAgent, withTemporaryDirectory } from '#test/support';

describe('a storage that is not to be had', function () {
  this.timeout(60_000);

  it('is told while the agent still tries, and the wait can be ended', async () => {
    await withTemporaryDirectory(async (directory) => {
      const address = `ftp://nobody@127.0.0.1:${await freePort()}/backups`;
      const running = await startAgent(
        ['list', '--container', address, '--storage-option', 'password-variable=PASSWORD'],
        { plain: true, env: { PASSWORD: 'hunter2', HOME: directory } },
      );
      const told = text(running.stderr!);
      running.stderr!.on('data', (line: Buffer) => {
        if (line.includes('still trying')) process.kill(running.pid, 'SIGINT');
      });
      const { code } = await running.exit;
      const words = await told;
      assert.match(words, /storage "ftp" is not to be had, still trying \(3 of \d+\): .*ECONNREFUSED/);
      assert.match(words, /run\.cancelled/);
      assert.equal(code, 130);
      assert.ok(!words.includes('hunter2'));
    });
  });
});
