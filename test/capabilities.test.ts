import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { AGENT_ACTIONS, schedulerOptionList } from '#config';
import { archiveEngines } from '#engines/drivers';
import { storageDrivers } from '#storage/drivers';

describe('what a scheduler says its client can do', () => {
  const table: readonly [option: string, known: readonly string[]][] = [
    ['supportedStorages', storageDrivers.map(({ kind }) => kind).filter((kind) => kind !== 'memory')],
    ['supportedEngines', archiveEngines.flatMap(({ name, aliases }) => [name, ...aliases])],
    ['supportedActions', [...AGENT_ACTIONS, 'admin']],
  ];
  for (const [key, known] of table) {
    it(`is all that there is: ${key}`, () => {
      const option = schedulerOptionList.find((each) => each.key === key);
      assert.match(option?.help ?? '', new RegExp(`\\(default ${known.join(',')}\\)$`));
    });
  }
});
