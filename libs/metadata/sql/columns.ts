import type { ColumnOptions } from 'typeorm';
import { validMoment } from './moment.js';
import { wholeNumber } from './whole-number.js';

/** A text that is looked up. Sorted by its bytes, so that an index outlives an update of the system's collations. */
export const KEY = { type: 'text', collation: 'C' } as const satisfies ColumnOptions;
export const TEXT = { type: 'text' } as const satisfies ColumnOptions;
export const TEXTS = { type: 'text', array: true } as const satisfies ColumnOptions;
export const FLAG = { type: 'boolean' } as const satisfies ColumnOptions;
/** Whole, up to 2^53. */
export const NUMBER = { type: 'bigint', transformer: wholeNumber } as const satisfies ColumnOptions;
export const MOMENT = {
  type: 'timestamp with time zone',
  transformer: validMoment,
} as const satisfies ColumnOptions;
/** Not `jsonb`: that changes the order of keys, and refuses texts which JSON allows. */
export const DOCUMENT = { type: 'json' } as const satisfies ColumnOptions;

/** The same for what may be missing. */
export function maybe<Options extends ColumnOptions>(options: Options): Options & { nullable: true } {
  return { ...options, nullable: true };
}
