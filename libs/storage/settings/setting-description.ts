import { z } from '#kernel';
import type { StorageDriver } from '../storage-backend.js';

/** A setting of a storage kind, as lists, forms and pages show it. */
export interface SettingDescription {
  readonly name: string;
  /** Numbers are whole where it says `integer`; a `list` is of text. */
  readonly type: 'text' | 'number' | 'integer' | 'yes or no' | 'list';
  readonly help: string;
  readonly required: boolean;
  /** A secret is given as `<name>File` or `<name>Variable`, and never shown. */
  readonly secret: boolean;
  readonly default?: unknown;
  readonly choices?: readonly string[];
  /** The variable of the environment that fills it where nobody gave it. */
  readonly variables: readonly string[];
}

/** All settings of a kind, made from its schema, in its order. */
export function settingsOf(driver: StorageDriver): readonly SettingDescription[] {
  const document = documentSchema.parse(
    z.toJSONSchema(driver.config, { io: 'input', unrepresentable: 'any' }),
  );
  return Object.entries(document.properties).map(
    ([name, { type, enum: choices, description, default: fallback }]) => ({
      ...{ name, type: TYPES.get(type ?? '') ?? 'text', help: description ?? '' },
      required: document.required.includes(name),
      secret: driver.secrets.includes(name),
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(choices ? { choices } : {}),
      variables: Object.entries(driver.environment).flatMap(([variable, filled]) =>
        filled === name ? [variable] : [],
      ),
    }),
  );
}

const TYPES: ReadonlyMap<string, SettingDescription['type']> = new Map([
  ['string', 'text'],
  ['number', 'number'],
  ['integer', 'integer'],
  ['boolean', 'yes or no'],
  ['array', 'list'],
]);

const documentSchema = z.object({
  properties: z
    .record(
      z.string(),
      z.object({
        // A setting that takes words for numbers or yes and no has several; the first that is no text says what it is.
        type: z
          .union([z.string(), z.array(z.string())])
          .transform((types) => [types].flat().find((type) => type !== 'string') ?? 'string')
          .optional(),
        description: z.string().optional(),
        enum: z.array(z.string()).optional(),
        default: z.unknown().optional(),
      }),
    )
    .default({}),
  required: z.array(z.string()).default([]),
});
