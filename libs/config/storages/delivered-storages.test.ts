import assert from 'node:assert/strict';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { withTemporaryDirectory } from '#test/support';
import { agentConfig } from '../agent-config.js';
import { deliveredStorages, STORAGES_VARIABLE } from './delivered-storages.js';

const OFFICE = { name: 'office', kind: 'sftp', settings: { host: 'nas' }, secrets: { password: 'hush' } };

async function withDelivery(
  text: string,
  act: (env: Record<string, string>) => Promise<void>,
): Promise<void> {
  await withTemporaryDirectory(async (place) => {
    writeFileSync(join(place, 'delivery'), text);
    const file = openSync(join(place, 'delivery'), 'r');
    try {
      await act({ [STORAGES_VARIABLE]: String(file), HOME: place });
    } finally {
      closeSync(file);
    }
  });
}

describe('storages that a scheduler hands over', () => {
  it('are used by name, whatever files say, and show nothing of their secrets', async () => {
    await withDelivery(JSON.stringify({ storages: [OFFICE] }), async (env) => {
      const config = await agentConfig({ action: 'list', commandLine: { storage: 'office' }, env });
      const [storage, ...others] = config.storages;
      assert.deepEqual([others.length, storage?.kind, storage?.settings], [0, 'sftp', { host: 'nas' }]);
      assert.equal(storage?.secrets?.['password']?.reveal(), 'hush');
      assert.ok(!JSON.stringify(config).includes('hush'));
    });
  });

  it('leave no trace for what the process starts, and are none when none came', async () => {
    await withDelivery(JSON.stringify({ storages: [OFFICE] }), async (env) => {
      assert.equal(deliveredStorages(env).length, 1);
      assert.ok(!(STORAGES_VARIABLE in env));
      assert.deepEqual(deliveredStorages(env), []);
    });
  });

  it('are refused when they did not come whole, without a word of what came', async () => {
    await withDelivery(JSON.stringify({ storages: [OFFICE] }).slice(0, -8), async (env) => {
      assert.throws(
        () => deliveredStorages(env),
        (error: Error) => !String(error.message).includes('hush') && /did not come whole/.test(error.message),
      );
    });
  });
});
