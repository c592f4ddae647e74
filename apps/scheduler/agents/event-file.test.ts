import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { withTemporaryDirectory } from '#test/support';
import { EventFile } from './event-file.js';

const line = (event: object) => `${JSON.stringify(event)}\n`;

describe('the events of an agent', () => {
  it('are read as the file grows, whole lines only, and what is none is passed over', () =>
    withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'events');
      const events = new EventFile(path);
      assert.deepEqual(await events.look(), { steps: [] });
      const started = line({ type: 'step-started', step: 'copy' });
      appendFileSync(
        path,
        `(node:1) Warning: something\n${line({ type: 'notice', path: 'x' })}${started.slice(0, 10)}`,
      );
      assert.deepEqual(await events.look(), { steps: [] });
      appendFileSync(path, started.slice(10));
      appendFileSync(path, line({ type: 'progress', bytes: 10.4, totalBytes: 20 }));
      assert.deepEqual(await events.look(), {
        steps: [{ id: 'copy', state: 'running' }],
        step: 'copy',
        progress: { bytes: 10, totalBytes: 20 },
      });
      appendFileSync(path, line({ type: 'step-ended', step: 'copy', state: 'succeeded', ms: 4 }));
      const [one, two] = await Promise.all([events.look(), events.look()]);
      assert.deepEqual(one.steps, [{ id: 'copy', state: 'succeeded', ms: 4 }]);
      assert.deepEqual(two, one);
    }));

  it('survive a line without end', () =>
    withTemporaryDirectory(async (directory) => {
      const path = join(directory, 'events');
      appendFileSync(path, 'x'.repeat(3 << 20));
      const events = new EventFile(path);
      await events.look();
      appendFileSync(
        path,
        `\n${line({ type: 'summary', action: 'backup', state: 'succeeded', exitCode: 0, level: 1 })}`,
      );
      assert.equal((await events.look()).summary?.['level'], 1);
    }));
});
