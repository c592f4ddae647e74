/**
 * File names are bytes on Linux and need not be UTF-8. Inside Firn a name is a string in which every byte that is not
 * part of valid UTF-8 stands as the lone surrogate U+DC00 + byte (U+DC80…U+DCFF). The mapping is lossless both ways,
 * survives JSON (which writes such characters as `\udc80`), and is the one of Python's `surrogateescape` (PEP 383).
 */

/** Bytes of a name → string. */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  // U+FFFD is what the decoder puts in place of what it cannot read; only then a closer look is worth its time.
  return text.includes('\ufffd') ? escapedText(buffer) : text;
}

/** String → the bytes it came from. */
export function bytesOf(text: string): Buffer {
  return ESCAPED.test(text) ? escapedBytes(text) : Buffer.from(text, 'utf8');
}

/** Whether the name can be shown as it is; others are shown with {@link printable}. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\\\ud800-\udfff]/gu, (c) => {
    const named = NAMED_ESCAPES[c];
    if (named) return named;
    const code = c.charCodeAt(0);
    const byte = code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : code;
    return byte > 0xff ? c : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
}

const ESCAPED = /[\ud800-\udfff]/u;
const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\\': '\\\\',
};

function escapedText(bytes: Buffer): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      text += bytes.toString('utf8', at, at + length);
      at += length;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `at`, or 0 when there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const piece = bytes.subarray(at, at + length);
  // Decoding and encoding again is the strictest test there is: overlong forms and surrogates do not survive it.
  return Buffer.from(piece.toString('utf8'), 'utf8').equals(piece) ? length : 0;
}

function escapedBytes(text: string): Buffer {
  const pieces: Buffer[] = [];
  for (const character of text) {
    const code = character.charCodeAt(0);
    const escaped = character.length === 1 && code >= 0xdc80 && code <= 0xdcff;
    pieces.push(escaped ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(pieces);
}
