import { createHash } from 'node:crypto';
import { z } from '#kernel';
import type { ObjectKey } from '../storage-backend.js';

/** What a client knows of an object that it put, or that it has read whole. */
export interface RememberedObject {
  readonly key: ObjectKey;
  readonly size: number;
  readonly sha256: string;
  /** When the client put it, or read it. */
  readonly at: Date;
  /** Whether its bytes are kept too. */
  readonly kept: boolean;
  /** The time that the storage itself told of it first. */
  readonly shownAt?: Date | undefined;
}

/** A line of a journal: the last one about a key counts. */
export type JournalLine = RememberedObject | { readonly gone: ObjectKey };

const time = z.iso.datetime().transform((text) => new Date(text));
const lineSchema: z.ZodType<JournalLine> = z.union([
  z.strictObject({
    key: z.string(),
    size: z.int().min(0),
    sha256: z.string(),
    at: time,
    kept: z.boolean(),
    shownAt: time.optional(),
  }),
  z.strictObject({ gone: z.string() }),
]);

/** With a line feed in front, so that a line that was cut spoils only itself. */
export function encodeLine(line: JournalLine): string {
  const text = JSON.stringify(line);
  return `\n${checkOf(text)} ${text}`;
}

/** Every whole line of a journal, and how many are damaged. */
export function decodeLines(journal: string): {
  readonly lines: readonly JournalLine[];
  readonly damaged: number;
} {
  const texts = journal.split('\n').filter((text) => text !== '');
  const lines = texts.map(decodeLine).filter((line) => line !== undefined);
  return { lines, damaged: texts.length - lines.length };
}

function decodeLine(line: string): JournalLine | undefined {
  const [, check, text = ''] = /^([0-9a-f]{16}) (.*)$/.exec(line) ?? [];
  if (check !== checkOf(text)) return undefined;
  return lineSchema.safeParse(JSON.parse(text)).data;
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
