import { Failure } from '#kernel';

/** Rejects with `input.file-malformed`, with line and column, unless `text` is JSON. */
export function refuseBrokenJson(text: string, origin: string): void {
  if (isJson(text)) return;
  const end = lengthOfGoodStart(text);
  const before = text.slice(0, end).split('\n');
  const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
  const found = end >= text.length ? 'the end of the file' : JSON.stringify(text.charAt(end));
  const message = `${origin}, line ${line}, column ${column}: unexpected ${found} in JSON`;
  throw new Failure('input.file-malformed', message, { file: origin, line, column });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * How much from the start could still become JSON. The parser's own message names no position for short texts, so the
 * first character at which it gives up is searched for.
 */
function lengthOfGoodStart(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function couldGoOn(start: string): boolean {
  try {
    JSON.parse(start);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    return /Unexpected end|Unterminated string/.test(message) || Number(position) === start.length;
  }
}
