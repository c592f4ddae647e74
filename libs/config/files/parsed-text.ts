import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { refuseBrokenJson } from './json-syntax.js';
import { Failure } from '#kernel';
import { DocumentPlaces } from './document-places.js';

export interface ParsedText {
  readonly value: unknown;
  readonly places: DocumentPlaces;
}

/** The document in a file of JSON or YAML. Rejects with `input.file-malformed`, with line and column. */
export function parsedText(name: string, text: string): ParsedText {
  const isJson = /\.json$/i.test(name);
  if (isJson) refuseBrokenJson(text, name);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const places = new DocumentPlaces(document, lines);
  // JSON that is whole may still be something that YAML does not like; keys that stand twice are a mistake in both.
  const error = document.errors.find(({ code }) => !isJson || code === 'DUPLICATE_KEY');
  if (error) throw malformed(name, places.at(error.pos[0]), inWords(error.message));
  return { value: isJson ? JSON.parse(text) : plain(name, document, places), places };
}

/** A number that is written in an odd way is text, since a name such as `007` is. */
function plain(name: string, document: Document.Parsed, places: DocumentPlaces): unknown {
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'number' && node.source !== undefined && node.source !== String(node.value))
        node.value = node.source;
    },
  });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw malformed(name, places.of([]), inWords((error as Error).message), error);
  }
}

function malformed(
  name: string,
  { line, column }: { readonly line: number; readonly column: number },
  why: string,
  cause?: unknown,
): Failure {
  const message = `${name}, line ${line}, column ${column}: ${why}`;
  return new Failure('input.file-malformed', message, { file: name, line, column }, cause);
}

/** The parser's message as one of ours: one line, lower case, no full stop. */
function inWords(message: string): string {
  const [line = ''] = message.split('\n');
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/[.:]$/, '');
}
