import type { Settings } from '../metadata.js';
import type { Draft } from './table.js';

/** Settings as the JSON text they are. */
export function memorySettings(draft: Draft<string>): Settings {
  return {
    get: async (name) => {
      const json = draft.rows.get(name);
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    },
    put: async (name, value) => {
      draft.set(name, JSON.stringify(value) ?? 'null');
    },
  };
}
