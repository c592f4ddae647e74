import { readFileSync } from 'node:fs';
import { Failure, z } from '#kernel';
import { processEnvironment, type Environment } from '../environment.js';
import { Secret } from '../values/secret.js';
import type { NamedStorage } from './named-storage.js';

/** The number of the open file from which an agent reads the storages that its scheduler hands over. */
export const STORAGES_VARIABLE = 'FIRN_STORAGES_FD';

const delivery = z.object({
  storages: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      settings: z.record(z.string(), z.unknown()),
      secrets: z.record(z.string(), z.string()),
    }),
  ),
});

/**
 * Storages that the API knows by name, with their secrets. They are read once: what this process starts itself is to find
 * neither the file nor the variable. Rejects with `input.file-malformed` when not all of it came.
 */
export function deliveredStorages(env: Environment = processEnvironment()): readonly NamedStorage[] {
  const { [STORAGES_VARIABLE]: number } = env;
  if (number === undefined) return [];
  Reflect.deleteProperty(env, STORAGES_VARIABLE);
  return readDelivery(Number(number)).map(({ secrets, ...storage }) => ({
    ...storage,
    secrets: Object.fromEntries(Object.entries(secrets).map(([name, text]) => [name, new Secret(text)])),
    place: 'storages of the API',
  }));
}

function readDelivery(file: number) {
  try {
    return delivery.parse(JSON.parse(readFileSync(file, 'utf8'))).storages;
  } catch {
    // A parser's words may show a piece of what it has read, which is secret.
    const message = `the storages that were to come through open file ${file} did not come whole`;
    throw new Failure('input.file-malformed', message, { [STORAGES_VARIABLE]: file });
  }
}
