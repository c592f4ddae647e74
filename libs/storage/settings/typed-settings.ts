import type { StorageDriver } from '../storage-backend.js';
import { settingsOf, type SettingDescription } from './setting-description.js';

/**
 * Settings as an address, a command line or an INI file have them, which is text, in the types of the driver's schema.
 * What cannot be read so stays text: the schema says what is wrong with it.
 */
export function typedSettings(
  driver: StorageDriver,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const types = new Map(settingsOf(driver).map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typed(value, types.get(name) ?? 'text')]),
  );
}

function typed(value: unknown, type: SettingDescription['type']): unknown {
  if (type === 'text') return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof value !== 'string') return value;
  switch (type) {
    case 'number':
    case 'integer':
      return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
    case 'yes or no':
      return YES_OR_NO.get(value.trim().toLowerCase()) ?? value;
    case 'list':
      return value
        .split(/[\n,]/)
        .map((word) => word.trim())
        .filter((word) => word !== '');
  }
}

const YES_OR_NO = new Map([
  ...['yes', 'true', 'on', '1'].map((word) => [word, true] as const),
  ...['no', 'false', 'off', '0'].map((word) => [word, false] as const),
]);
