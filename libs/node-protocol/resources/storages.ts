import { z } from '#kernel';

const time = z.iso.datetime();
const settings = z.record(z.string(), z.unknown());
const file = z.strictObject({
  file: z
    .string()
    .min(1)
    .max(4096)
    .startsWith('/', 'must be an absolute path')
    .describe('a file on the client; its first line is the secret'),
});
const variable = z.strictObject({
  variable: z
    .string()
    .regex(/^[A-Za-z_]\w{0,127}$/, 'must be the name of a variable')
    .describe('a variable of the environment of the agent on the client'),
});
const value = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(16_384)
    .describe('the secret itself; sealed before it is stored, and never shown'),
});
const sealed = z.strictObject({ sealed: z.literal(true) });

export const storageName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"')
  .describe('what the "storage" of an action says');

/** `{ "sealed": true }`, as it is answered, leaves the secret as it is. */
export const storageSecretRequest = z.union([value, file, variable, sealed], {
  error: 'must be one of {"value": …}, {"file": …} and {"variable": …}',
});

/** A storage that jobs can name. One of `kind` and `address` says what it is. */
export const storageRequest = z
  .strictObject({
    name: storageName,
    kind: z.string().max(64).optional().describe('one of /api/v1/storage-kinds'),
    address: z
      .string()
      .max(4096)
      .optional()
      .describe('kind, place and settings in one URL, without a secret'),
    description: z.string().max(1000).optional(),
    settings: settings.optional().describe('settings of the kind, without secrets'),
    secrets: z.record(z.string(), storageSecretRequest).optional(),
  })
  .meta({ id: 'StorageRequest' });

/** What is missing stays; settings are replaced whole, secrets one by one; null takes one away. */
export const storagePatch = z
  .strictObject({
    name: storageName.optional(),
    description: z.string().max(1000).optional(),
    settings: settings.optional(),
    secrets: z.record(z.string(), storageSecretRequest.nullable()).optional(),
  })
  .meta({ id: 'StoragePatch' });

export const storageView = z
  .object({
    id: z.string(),
    project: z.string(),
    name: z.string(),
    kind: z.string(),
    description: z.string(),
    settings,
    secrets: z.record(z.string(), z.union([file, variable, sealed])),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'Storage' });

export const storageKindView = z
  .object({
    kind: z.string(),
    aliases: z.array(z.string()),
    summary: z.string(),
    notes: z.array(z.string()),
    protocols: z.array(z.string()).describe('beginnings of addresses'),
    examples: z.array(z.string()).describe('addresses'),
    settings: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['text', 'number', 'integer', 'yes or no', 'list']),
        help: z.string(),
        required: z.boolean(),
        secret: z.boolean(),
        default: z.unknown().optional(),
        choices: z.array(z.string()).optional(),
        variables: z.array(z.string()),
      }),
    ),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the settings, without the secrets'),
  })
  .meta({ id: 'StorageKind' });

/** POST /node/runs/{id}/storages: only for who has claimed the run; holds opened secrets, so it is kept in memory alone. */
export const runStoragesRequest = z.strictObject({
  fence: z.int().min(0),
  claimId: z.string().min(1).max(64).describe('that of the claim: nobody else knows it'),
  action: z.string().min(1).max(64).describe('id of the action that is to be done'),
});
export const deliveredStorage = z.object({
  name: z.string(),
  kind: z.string(),
  settings,
  secrets: z.record(z.string(), z.string()),
});
export const runStoragesReply = z.object({ storages: z.array(deliveredStorage) });

export type StorageSecretRequest = z.infer<typeof storageSecretRequest>;
export type StorageRequest = z.infer<typeof storageRequest>;
export type StoragePatch = z.infer<typeof storagePatch>;
export type StorageView = z.infer<typeof storageView>;
export type StorageKindView = z.infer<typeof storageKindView>;
export type RunStoragesRequest = z.infer<typeof runStoragesRequest>;
export type DeliveredStorage = z.infer<typeof deliveredStorage>;
export type RunStoragesReply = z.infer<typeof runStoragesReply>;
