import { isFailure, withNearest, z, type Schema } from '#kernel';
import { commandWords } from './command-words.js';
import { quoted, refusal } from './refusal.js';
import { parseSize } from './sizes.js';
import { parseDate } from './times.js';

/*
 * What option values are made of. Each schema takes what the command line, the environment and INI have (text) as well
 * as what JSON and YAML have (numbers, booleans, lists).
 */

const WORDS = new Map([...words(true, 'yes', 'true', 'on', '1'), ...words(false, 'no', 'false', 'off', '0')]);

/** `yes` or `no`. */
export const flag: Schema<boolean> = reading((value) => {
  const known = typeof value === 'boolean' ? value : WORDS.get(String(value).trim().toLowerCase());
  if (known === undefined) throw refusal(`${quoted(value)} is neither yes nor no`);
  return known;
});

/** One line of text, such as a name. */
export const text: Schema<string> = reading(lineOf);

/** A path; any byte but zero may be in it. */
export const path: Schema<string> = reading(filledOf);

/** One of some words; further spellings map to one of them. */
export function choice<Word extends string>(
  words: readonly Word[],
  spellings: Readonly<Partial<Record<string, NoInfer<Word>>>> = {},
): Schema<Word> {
  return reading((value) => {
    const given = String(value).trim().toLowerCase();
    const word = words.find((each) => each === given) ?? spellings[given];
    if (word === undefined) {
      throw refusal(`${withNearest(String(value), words)} is not one of ${words.join(', ')}`);
    }
    return word;
  });
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Schema<number> {
  return reading((value) => {
    const number = numberOf(value);
    if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw refusal(`${quoted(value)} is not a whole number of ${range}`);
  });
}

/** A time span in days, above 0. */
export const days: Schema<number> = reading((value) => {
  const number = numberOf(value);
  // 0 is refused because it means "not set" to Freezer: taken literally it would remove everything.
  if (Number.isFinite(number) && number > 0) return number;
  throw refusal(`${quoted(value)} is not a number of days above 0`);
});

/** Bytes in a range. */
export function size(least: string, most: string): Schema<number> {
  return reading((value) => {
    const bytes = sizeOf(value);
    if (bytes >= parseSize(least) && bytes <= parseSize(most)) return bytes;
    throw refusal(`${quoted(value)} is not between ${least} and ${most}`);
  });
}

/** Bytes a second, above 0: `5MiB` or `5MiB/s`; infinity for -1, which is how Freezer writes no limit. */
export const rate: Schema<number> = reading((value) => {
  if (String(value).trim() === '-1') return Infinity;
  const bytes = sizeOf(typeof value === 'string' ? value.replace(/\s*\/\s*s\s*$/i, '') : value);
  if (bytes === 0) throw refusal('0 would stand still; leave the option out for no limit');
  return bytes;
});

export const date: Schema<Date> = reading((value) => parseDate(lineOf(value)));

/** Several lines of text; given as a list or as text with one a line. */
export const lines: Schema<readonly string[]> = reading((value) => {
  if (Array.isArray(value)) return (value as unknown[]).map(filledOf);
  return filledOf(value)
    .split('\n')
    .filter((line) => line.trim() !== '');
});

/** A program and its arguments; given as a list or as one line of words. */
export const command: Schema<readonly string[]> = reading((value) => {
  const argv = Array.isArray(value) ? (value as unknown[]).map(wordOf) : commandWords(lineOf(value));
  if (!argv[0]) throw refusal('names no program');
  return argv;
});

/** A schema of a function that reads a value and throws a refusal when it cannot. */
export function reading<T>(read: (value: unknown) => T): Schema<T> {
  return z.unknown().transform((value, context) => {
    try {
      return read(value);
    } catch (error) {
      if (!isFailure(error, 'input.invalid')) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

function words(value: boolean, ...all: readonly string[]): readonly (readonly [string, boolean])[] {
  return all.map((word) => [word, value] as const);
}

function lineOf(value: unknown): string {
  const line = filledOf(value);
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  if (/[\u0000-\u001f\u007f]/.test(line))
    throw refusal(`${quoted(value)} has a control character or line break`);
  return line;
}

/** Text as it is; empty is allowed. */
function wordOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw refusal(`${quoted(value)} is not text`);
  if (value.includes('\0')) throw refusal(`${quoted(value)} has a zero byte`);
  return value;
}

function filledOf(value: unknown): string {
  const text = wordOf(value);
  if (text.trim() === '') throw refusal('is empty');
  return text;
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : NaN;
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'string' && typeof value !== 'number') throw refusal(`${quoted(value)} is not a size`);
  return parseSize(value);
}
