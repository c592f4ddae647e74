import { z } from '#kernel';

/** Moments travel as ISO 8601 with milliseconds, in UTC. */
export const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
/** What an id may look like (Freezer: `^[\w-]+$`). */
export const idText = z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"');

// RFC 1123 labels, the first with an optional `<project>_` before it (Freezer: `^(?:([\w\-]+)\_)?HOST$`).
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
export const clientIdText = z
  .string()
  .max(255)
  .regex(
    new RegExp(`^(?:[\\w-]+_)?${LABEL}(?:\\.${LABEL})*$`),
    'must be a host name, as "web1" or "db.example.org", with letters, digits, "-" and "_" before it',
  );

export const count = z.int().min(0);
/** Bytes: whole, also beyond 2^32. */
export const bytes = z.int().min(0);

/** What a value is on the wire: dates are text. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wire<T[Key]> }
      : T;
