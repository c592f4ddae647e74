/**
 * Tells of a line by its bytes, from `start` up to `end`, whether it is to be decoded. Lines that are not are counted
 * as members and nothing else, which costs a tenth of the time. `false` only for a member that is asked for by nobody;
 * whatever is in doubt is decoded.
 *
 * Written lines begin with the path, so that a look at the first bytes is enough; JSON allows other orders and ways of
 * writing a text, and such lines are decoded.
 */
export type Selection = (bytes: Buffer, start: number, end: number) => boolean;

/** What is at or below these paths, and the directories on the way to them; `undefined` when bytes cannot tell. */
export function aroundRoots(roots: readonly string[]): Selection | undefined {
  // What is not Unicode stands escaped, and then only decoding tells.
  if (!roots.every((root) => root.isWellFormed() && root !== '.')) return undefined;
  const inBytes = roots.map((root) => Buffer.from(root, 'utf8'));
  return (bytes, start, end) => {
    if (!beginsWithPath(bytes, start, end)) return true;
    const from = start + PATH.length;
    return isTheSource(bytes, from) || inBytes.some((root) => isRelated(bytes, from, root));
  };
}

/** Members for whose path `asks` says so, and, where they matter, all directories. */
export function membersWith(
  asks: (path: string) => boolean,
  { directories }: { readonly directories: boolean },
): Selection {
  return (bytes, start, end) => {
    if (!beginsWithPath(bytes, start, end)) return true;
    const from = start + PATH.length;
    const to = bytes.indexOf(QUOTE, from);
    if (to < 0 || to >= end) return true;
    const path = bytes.toString('utf8', from, to);
    if (path.includes('\\') || asks(path)) return true;
    return directories && !isNoDirectory(bytes, to);
  };
}

/** None: for those who want the notices. */
export const noMembers: Selection = (bytes, start, end) => !beginsWithPath(bytes, start, end);

const PATH = Buffer.from('{"path":"', 'latin1');
const TYPE = Buffer.from('","type":"', 'latin1');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const DOT = 0x2e;
const D = 0x64;

function beginsWithPath(bytes: Buffer, start: number, end: number): boolean {
  return isAt(bytes, start, PATH) && start + PATH.length < end;
}

function isAt(bytes: Buffer, start: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** Whether the path at `from` is the root, leads to it, lies below it, or is not written plainly. */
function isRelated(bytes: Buffer, from: number, root: Buffer): boolean {
  let i = 0;
  while (i < root.length && bytes[from + i] === root[i] && root[i] !== BACKSLASH) i += 1;
  const next = bytes[from + i];
  if (next === BACKSLASH) return true;
  if (i === root.length) return next === QUOTE || next === SLASH;
  return next === QUOTE && root[i] === SLASH;
}

function isTheSource(bytes: Buffer, from: number): boolean {
  return bytes[from] === DOT && bytes[from + 1] === QUOTE;
}

/** `directory` is the only type that begins with a d; `quote` is where the path ends. */
function isNoDirectory(bytes: Buffer, quote: number): boolean {
  const first = bytes[quote + TYPE.length];
  return isAt(bytes, quote, TYPE) && first !== D && first !== BACKSLASH;
}
