import { textOf } from '#kernel';
import { unquoted } from './c-quoting.js';

/** One thing that tar said, without the program's name before it. */
export interface TarMessage {
  /** The path it begins with, as tar wrote it in quotes. */
  readonly path?: string;
  readonly text: string;
}

const LONGEST_MESSAGE = 64 << 10;
const NEWLINE = 0x0a;
const BEGINS_WITH_PATH = /^("(?:[^"\\]|\\[^])*"): ([^]*)$/;

/**
 * What tar says on its standard error, message by message. Lines that do not begin with the program's name belong to the
 * message before, since some messages contain names as they are. Memory held: one message, of which at most 64 KiB.
 */
export async function* tarMessages(
  stderr: AsyncIterable<Uint8Array>,
  program: string,
): AsyncGenerator<TarMessage> {
  const prefix = `${program}: `;
  let message: string | undefined;
  for await (const line of lines(stderr)) {
    if (message !== undefined && !line.startsWith(prefix)) {
      if (message.length < LONGEST_MESSAGE) message += `\n${line}`;
      continue;
    }
    if (message !== undefined) yield messageIn(message);
    message = line.startsWith(prefix) ? line.slice(prefix.length) : line;
  }
  if (message !== undefined) yield messageIn(message);
}

/** Latin 1 would break names that are UTF-8, so lines are split as bytes. */
async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of bytes) {
    const data = Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
      yield textOf(data.subarray(start, end));
      start = end + 1;
    }
    rest = data.subarray(start);
    if (rest.length > LONGEST_MESSAGE) rest = rest.subarray(0, LONGEST_MESSAGE);
  }
  if (rest.length > 0) yield textOf(rest);
}

function messageIn(message: string): TarMessage {
  const [, path, text] = BEGINS_WITH_PATH.exec(message) ?? [];
  return path !== undefined && text !== undefined ? { path: unquoted(path), text } : { text: message };
}

/** What stands behind the last colon: the system's own words, which begin in lower case here. */
export function reasonIn(text: string): string {
  const reason = text.slice(text.lastIndexOf(': ') + 1).trim();
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

export function shown({ path, text }: TarMessage): string {
  return path === undefined ? text : `"${path}": ${text}`;
}

/** The last few messages, to say what went wrong. */
export class LastWords {
  readonly #kept: string[] = [];

  add(message: TarMessage): void {
    this.#kept.push(shown(message));
    if (this.#kept.length > 10) this.#kept.shift();
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  toString(): string {
    return this.#kept.join('; ');
  }
}
