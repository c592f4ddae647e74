import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { agentOptionList, readActionSettings } from '#config';

describe('the settings of a job’s action', () => {
  it('are read by any spelling, also those of Freezer', () => {
    const { action, values, problems } = readActionSettings({
      ...{ action: 'admin', backup_name: 'etc', container: '/b', 'keep-last': '3', hostname: false },
    });
    assert.equal(action, 'prune');
    assert.deepEqual([values.backupName, values.container, values.keepLast], ['etc', ['/b'], 3]);
    assert.deepEqual(problems, []);
  });

  it('may hold options of other actions, as a file of Freezer does', () => {
    const { problems } = readActionSettings({ action: 'info', container: '/b', path_to_backup: '/etc' });
    assert.deepEqual(problems, []);
  });

  it('have everything that is missing named at its place', () => {
    const { problems } = readActionSettings({});
    const paths = problems.map(({ path }) => path).sort();
    assert.deepEqual(paths, ['backup_name', 'container', 'path_to_backup']);
    for (const { message } of problems) assert.equal(message, 'is missing');
  });

  it('know every option of the agent by its name', () => {
    for (const { name } of agentOptionList) {
      const { problems } = readActionSettings({ [name]: {} });
      assert.ok(!problems.some(({ message }) => message.startsWith('unknown option')), name);
    }
  });
});
