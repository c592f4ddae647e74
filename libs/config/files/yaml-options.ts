import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { Failure } from '#kernel';
import { dashedName } from '../dashed-name.js';
import type { NamedValue } from '../setting.js';
import type { FileContents } from './file-contents.js';

/**
 * The entries of a YAML (or JSON) mapping. Numbers come as they are written, since a name such as `007` is text.
 * Rejects with `input.file-malformed`, with line and column.
 */
export function yamlOptions(text: string, origin: string): FileContents {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'silent' });
  const malformed = (offset: number, why: string) => {
    const { line, col: column } = lineCounter.linePos(offset);
    const message = `${origin}, line ${line}, column ${column}: ${why}`;
    return new Failure('input.file-malformed', message, { file: origin, line, column });
  };
  const [error] = document.errors;
  if (error) throw malformed(error.pos[0], inWords(error.message));
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { values: [], storages: [] };
  if (!isMap(root)) throw malformed(root.range?.[0] ?? 0, 'expected options with their values');
  const storages: NamedValue[] = [];
  const values = root.items.flatMap(({ key, value }) => {
    const at = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
    if (!isScalar(key)) throw malformed(at, 'expected the name of an option');
    const place = `${origin} line ${lineCounter.linePos(at).line}`;
    if (dashedName(String(key.value)) === STORAGES) {
      if (!isMap(value)) throw malformed(at, 'expected storages by their names');
      for (const { key: name, value: description } of value.items) {
        storages.push({
          name: String(isScalar(name) ? name.value : ''),
          value: described(description, document),
          place: `${place}, ${STORAGES}.${String(isScalar(name) ? name.value : '')}`,
        });
      }
      return [];
    }
    return [{ name: String(key.value), value: plain(value, document), place }];
  });
  return { values, storages };
}

const STORAGES = 'storages';

/** An address, or a mapping of settings. */
function described(node: unknown, document: Document): unknown {
  if (!isMap(node)) return scalar(node, document);
  return Object.fromEntries(
    node.items.map(({ key, value }) => [String(isScalar(key) ? key.value : ''), scalar(value, document)]),
  );
}

function plain(node: unknown, document: Document): unknown {
  if (isSeq(node)) return node.items.map((item) => scalar(item, document));
  return scalar(node, document);
}

/** No option takes more than a list of words; what is deeper is only marked, so that aliases cannot blow it up. */
function scalar(given: unknown, document: Document): unknown {
  const node = isAlias(given) ? given.resolve(document) : given;
  if (node === null || node === undefined) return null;
  if (!isScalar(node)) return {};
  return typeof node.value === 'number' || typeof node.value === 'bigint'
    ? (node.source ?? node.value)
    : node.value;
}

/** The parser's message as one of ours: one line, lower case, no full stop. */
function inWords(message: string): string {
  const [line = ''] = message.split('\n');
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/[.:]$/, '');
}
