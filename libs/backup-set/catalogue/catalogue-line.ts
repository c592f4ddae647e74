import type { Entry, Notice } from '#domain';
import { Failure, z } from '#kernel';
import { decodeEntry } from './entry-decoder.js';

export { isSafePath } from './entry-decoder.js';

/**
 * A catalogue is JSON, one object a line: an entry (`entryLine` of #domain), a notice, or, as the last line, the count of both.
 *
 * Names are as the kernel's `textOf` gives them: JSON writes bytes that are not UTF-8 as `\udc80`…`\udcff`.
 */
export type CatalogueLine =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'end'; readonly entries: number; readonly notices: number };

export function encodeNotice(notice: Notice): string {
  return `${JSON.stringify({ notice })}\n`;
}

export function encodeEnd(entries: number, notices: number): string {
  return `${JSON.stringify({ end: { entries, notices } })}\n`;
}

/** `catalogue.damaged` when the line is none of the three. */
export function decodeLine(text: string): CatalogueLine {
  try {
    return lineOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('catalogue.damaged', 'a line of the catalogue is not JSON', {}, error);
  }
}

/** The same for lines with `\n` between them: parsing them together takes half the time. */
export function* decodeLines(text: string): Generator<CatalogueLine, void> {
  const texts = text.split('\n');
  const lines = parsedTogether(texts);
  if (lines) for (const line of lines) yield lineOf(line);
  else for (const line of texts) yield decodeLine(line);
}

/** One value for each text; `undefined` when that cannot be had, since one of them is not JSON. */
function parsedTogether(texts: readonly string[]): readonly unknown[] | undefined {
  try {
    const values = JSON.parse(`[${texts.join(',')}]`) as unknown[];
    return values.length === texts.length ? values : undefined;
  } catch {
    return undefined;
  }
}

function lineOf(line: unknown): CatalogueLine {
  if (isObject(line)) {
    if ('path' in line) return { kind: 'entry', entry: decodeEntry(line) };
    if ('notice' in line) return { kind: 'notice', notice: parsed(noticeSchema, line['notice']) };
    if ('end' in line) return { kind: 'end', ...parsed(endSchema, line['end']) };
  }
  throw new Failure('catalogue.damaged', 'a line of the catalogue is neither entry nor notice nor end');
}

const noticeSchema = z.strictObject({
  path: z.string(),
  state: z.enum(['skipped', 'changed']),
  reason: z.string(),
  harmless: z.literal(true).optional(),
}) as z.ZodType<Notice>;

const endSchema = z.strictObject({ entries: z.int().min(0), notices: z.int().min(0) });

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Failure('catalogue.damaged', 'a line of the catalogue is not valid', {}, result.error);
}
