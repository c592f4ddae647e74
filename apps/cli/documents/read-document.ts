import { buffer } from 'node:stream/consumers';
import { parsedText, readSmallFile } from '#config';
import { Failure } from '#kernel';

/** As much as the API takes. */
const LIMIT = 1 << 20;

/** The JSON or YAML document in a file, or with `-` on standard input. Failures name file, line and column. */
export async function readDocument(file: unknown): Promise<unknown> {
  if (typeof file !== 'string') {
    throw new Failure('input.missing-option', 'no document is given: use --file FILE, or --file - for input');
  }
  const bytes = file === '-' ? await buffer(process.stdin) : await readSmallFile(file, 'document', LIMIT);
  return parsedText(file === '-' ? 'standard input' : file, bytes.toString('utf8')).value;
}
