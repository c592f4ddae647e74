import { table } from '../../process/table.js';
import { isMoment, shortTime } from './moments.js';

/** A document for people: `name  value`, one a line; what is in it comes last and is indented. */
export function fieldLines(document: object, indent = ''): readonly string[] {
  const given = Object.entries(document).filter(([, value]) => value !== undefined);
  const [plain, deep] = [false, true].map((wanted) => given.filter(([, value]) => isDeep(value) === wanted));
  const entries = [...(plain ?? []), ...(deep ?? [])];
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.flatMap(([name, value]) => {
    const label = `${indent}${name.padEnd(width)}`;
    if (Array.isArray(value) && value.length > 1 && value.every(isFlat)) {
      return [label.trimEnd(), ...tableLines(value, `${indent}  `)];
    }
    if (Array.isArray(value) && value.some(isDocument)) {
      return [label.trimEnd(), ...value.flatMap((item) => itemLines(item, `${indent}  `))];
    }
    if (isDocument(value)) {
      return Object.keys(value).length === 0
        ? [`${label}  –`]
        : [label.trimEnd(), ...fieldLines(value, `${indent}  `)];
    }
    return [`${label}  ${textOfValue(value)}`];
  });
}

/** Things of one kind with nothing in them, one a line. */
function tableLines(items: readonly object[], indent: string): readonly string[] {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  const rows = items.map((item) =>
    names.map((name) => textOfValue((item as Readonly<Record<string, unknown>>)[name] ?? null)),
  );
  return table(names, rows).map((line) => `${indent}${line}`);
}

function itemLines(item: unknown, indent: string): readonly string[] {
  if (!isDocument(item)) return [`${indent}- ${textOfValue(item)}`];
  const lines = fieldLines(item, `${indent}  `);
  const [first = '', ...more] = lines;
  return [`${indent}- ${first.trimStart()}`, ...more];
}

function isDeep(value: unknown): boolean {
  return isDocument(value) || (Array.isArray(value) && value.some(isDocument));
}

function textOfValue(value: unknown): string {
  if (isMoment(value)) return shortTime(value);
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(textOfValue).join(', ');
  if (value === null || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isFlat(value: unknown): value is object {
  return isDocument(value) && !Object.values(value).some(isDeep);
}

function isDocument(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
