import { Failure } from '#kernel';
import type { NamedValue } from '../setting.js';

export interface IniSection {
  readonly name: string;
  readonly entries: readonly NamedValue[];
}

interface OpenEntry {
  readonly name: string;
  readonly line: number;
  readonly indent: number;
  readonly lines: string[];
}

/**
 * Reads INI as Freezer's agent does (Python's configparser): `key = value` or `key: value`, names in lower case,
 * comments on lines of their own after `#` or `;`, and lines that are indented deeper go on with the value before.
 * A `%` is a `%`, quotes are part of the value. What stands before the first section belongs to a section without a
 * name. Rejects with `input.file-malformed`, with line and column.
 */
export function parseIni(text: string, origin: string): readonly IniSection[] {
  const sections = [{ name: '', entries: [] as OpenEntry[] }];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.trim();
    const indent = raw.length - raw.trimStart().length;
    const entry = sections.at(-1)?.entries.at(-1);
    if (line.startsWith('#') || line.startsWith(';')) continue;
    if (line === '' || (entry && indent > entry.indent)) {
      entry?.lines.push(line);
      continue;
    }
    const header = /^\[(.+?)\]\s*(?:[#;].*)?$/.exec(line);
    if (header) {
      sections.push({ name: header[1] ?? '', entries: [] });
      continue;
    }
    const found = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line);
    if (!found || line.startsWith('[')) {
      const message = `${origin}, line ${index + 1}, column ${indent + 1}: expected "name = value" or "[section]"`;
      throw new Failure('input.file-malformed', message, {
        file: origin,
        line: index + 1,
        column: indent + 1,
      });
    }
    const [, name = '', value = ''] = found;
    sections.at(-1)?.entries.push({ name: name.toLowerCase(), line: index + 1, indent, lines: [value] });
  }
  return sections.map(({ name, entries }) => ({
    name,
    entries: entries.map((entry) => closed(entry, origin)),
  }));
}

function closed(entry: OpenEntry, origin: string): NamedValue {
  const text = entry.lines.join('\n').trim();
  return {
    name: entry.name,
    value: WORDS.has(text) ? WORDS.get(text) : text,
    place: `${origin} line ${entry.line}`,
  };
}

/** The words that Freezer takes for values of Python; an empty value says "not set". */
const WORDS: ReadonlyMap<string, boolean | undefined> = new Map([
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
  ['None', false],
  ['', undefined],
]);
