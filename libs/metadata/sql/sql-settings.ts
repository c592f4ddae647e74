import { createHash } from 'node:crypto';
import type { QueryDeepPartialEntity } from 'typeorm';
import type { Settings } from '../metadata.js';
import { ADVISORY } from './advisory.js';
import { SettingRow } from './rows/index.js';
import type { Ask } from './sql-store.js';

/** A lock on a setting holds also while there is no such setting, which a lock on its row could not. */
export function sqlSettings(ask: Ask): Settings {
  const lock = (name: string) =>
    ask((manager) => manager.query('SELECT pg_advisory_xact_lock($1, $2)', [ADVISORY, keyOf(name)]));
  return {
    get: async (name, wish) => {
      if (wish) await lock(name);
      const [row] = await ask((manager) => manager.find(SettingRow, { where: { name } }));
      return row?.content.value;
    },
    put: async (name, value) => {
      await lock(name);
      const row: SettingRow = { name, content: { value: value ?? null } };
      await ask((manager) => manager.upsert(SettingRow, row as QueryDeepPartialEntity<SettingRow>, ['name']));
    },
  };
}

function keyOf(name: string): number {
  return createHash('sha256').update(name).digest().readInt32BE();
}
