/** A pattern of GNU tar, as fnmatch(3) reads it without FNM_PATHNAME: `*` and `?` match slashes too. */
export interface GlobElement {
  readonly star: boolean;
  /** As it stands in the pattern. */
  readonly text: string;
  /** What it matches, as a regular expression; of a star, any one character. */
  readonly source: string;
}

const ANY = '[^]';
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: 'A-Fa-f0-9',
};

export function globElements(pattern: string): GlobElement[] {
  const elements: GlobElement[] = [];
  for (let at = 0; at < pattern.length;) {
    const element = elementAt(pattern, at);
    elements.push(element);
    at += element.text.length;
  }
  return elements;
}

/** Regular expression of a whole pattern, without anchors. */
export function globSource(pattern: string): string {
  return globElements(pattern)
    .map(({ star, source }) => (star ? `${source}*` : source))
    .join('');
}

/**
 * What is left of a pattern once it has matched `prefix`: each way of matching leaves its own rest. Empty when it matches
 * nothing that begins so.
 */
export function globRests(pattern: string, prefix: string): string[] {
  const elements = globElements(pattern);
  let places = reached(new Set([0]), elements);
  for (const character of prefix) {
    const next = new Set<number>();
    for (const place of places) {
      const element = elements[place];
      if (!element || !new RegExp(`^${element.source}$`).test(character)) continue;
      next.add(element.star ? place : place + 1);
    }
    places = reached(next, elements);
  }
  const rests = [...places].map((place) =>
    elements
      .slice(place)
      .map(({ text }) => text)
      .join(''),
  );
  return [...new Set(rests)];
}

/** The pattern that matches just this text. */
export function globLiteral(text: string): string {
  return text.replace(/[\\*?[]/g, '\\$&');
}

/** A star may match nothing, so where there is one, what follows is reached too. */
function reached(places: Set<number>, elements: readonly GlobElement[]): Set<number> {
  for (const place of places) if (elements[place]?.star) places.add(place + 1);
  return places;
}

function elementAt(pattern: string, at: number): GlobElement {
  const character = pattern[at] as string;
  if (character === '*') return { star: true, text: character, source: ANY };
  if (character === '?') return { star: false, text: character, source: ANY };
  if (character === '[') return bracketAt(pattern, at) ?? literal(character, character);
  if (character === '\\' && at + 1 < pattern.length)
    return literal(pattern.slice(at, at + 2), pattern[at + 1] as string);
  return literal(character, character);
}

function literal(text: string, character: string): GlobElement {
  return { star: false, text, source: character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') };
}

const BRACKET = /\[([!^]?)(\]?(?:\[:\w+:\]|\\[^]|[^\]\\])*)\]/y;

function bracketAt(pattern: string, at: number): GlobElement | undefined {
  BRACKET.lastIndex = at;
  const found = BRACKET.exec(pattern);
  if (!found) return undefined;
  const [text, not = '', inside = ''] = found;
  const members = inside.replace(/\[:(\w+):\]|\\?([^])/g, (_, name?: string, character?: string) =>
    name === undefined ? (character ?? '').replace(/[\\\]^[]/, '\\$&') : (POSIX_CLASSES[name] ?? ''),
  );
  const source = `[${not === '' ? '' : '^'}${members}]`;
  return isRegExp(source) ? { star: false, text, source } : undefined;
}

function isRegExp(source: string): boolean {
  try {
    return new RegExp(source).source !== '';
  } catch {
    // A range from back to front matches nothing in fnmatch; as text it does no harm.
    return false;
  }
}
