import type { FileEndpoint } from '#domain';
import type { StorageKindView, StorageView } from '#node-protocol';
import { z } from '#kernel';
import { settingsOf, type StorageDriver } from '#storage';
import { text } from './text.js';

/** Of what is sealed it is shown that it is there. */
export function storageView({ userId: _userId, ...endpoint }: FileEndpoint): StorageView {
  const secrets = Object.entries(endpoint.secrets).map(([name, secret]) => [
    name,
    'sealed' in secret ? { sealed: true } : secret,
  ]);
  return {
    ...endpoint,
    secrets: Object.fromEntries(secrets) as StorageView['secrets'],
    createdAt: text(endpoint.createdAt),
    updatedAt: text(endpoint.updatedAt),
  };
}

export function storageKindView(driver: StorageDriver): StorageKindView {
  const { kind, aliases, summary, notes, protocols, examples } = driver;
  const settings = settingsOf(driver).map(({ choices, variables, ...setting }) => ({
    ...{ ...setting, variables: [...variables] },
    ...(choices && { choices: [...choices] }),
  }));
  return {
    ...{ kind, summary, settings, schema: schemaOf(driver) },
    ...{ aliases: [...aliases], notes: [...notes], protocols: [...protocols], examples: [...examples] },
  };
}

/** Secrets have a place of their own beside the settings. */
function schemaOf({ config, secrets }: StorageDriver): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !secrets.includes(name));
  const required = (schema.required ?? []).filter((name) => !secrets.includes(name));
  return { ...schema, properties: Object.fromEntries(properties), required };
}
