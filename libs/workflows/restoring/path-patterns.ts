import picomatch from 'picomatch';
import type { Wanted } from '#backup-set';

/**
 * Which paths a list of patterns asks for. A pattern with a slash is anchored at the source, one without matches a name
 * at any depth; whatever is below a match is asked for too. A path of the file system that lies in the source
 * (`/etc/ssh` of a backup of `/etc`) is good as well. A text that is exactly a path always matches it, whatever
 * characters it has.
 */
export function wantedBy(patterns: readonly string[], source: string): Wanted {
  const anchored = patterns.map((pattern) => relative(pattern, source));
  const matchers = anchored.map((pattern) => matcherOf(pattern));
  const wanted = (path: string) => matchers.some((matches) => matches(path));
  const roots = anchored.map((pattern) => rootOf(pattern)).filter((root) => root !== undefined);
  return roots.length === patterns.length ? Object.assign(wanted, { roots }) : wanted;
}

type Matcher = (path: string) => boolean;

function matcherOf(pattern: string): Matcher {
  if (pattern === '.' || pattern === '') return () => true;
  const literal = (path: string) => path === pattern || path.startsWith(`${pattern}/`);
  const anywhere = !pattern.includes('/');
  if (isLiteral(pattern)) return anywhere ? (path) => hasPart(path, pattern) : literal;
  // `s`: a dot also matches a line feed, which names may contain.
  const options = { dot: true, nonegate: true, flags: 's' };
  const whole = picomatch(
    anywhere ? [pattern, `**/${pattern}`, `**/${pattern}/**`, `${pattern}/**`] : [pattern, `${pattern}/**`],
    options,
  );
  return (path) => literal(path) || whole(path);
}

/** The path that everything which a pattern asks for is at or below; `undefined` when there is none but the source. */
function rootOf(pattern: string): string | undefined {
  if (!pattern.includes('/')) return undefined;
  if (isLiteral(pattern)) return pattern;
  // What stands behind such a line may be an alternative to the whole pattern.
  if (pattern.includes('|')) return undefined;
  const parts = pattern.split('/');
  const special = parts.findIndex((part) => !PLAIN.test(part) || part === '.' || part === '..');
  return special > 0 ? parts.slice(0, special).join('/') : undefined;
}

function isLiteral(pattern: string): boolean {
  return !/[*?[\]{}()!+@\\]/.test(pattern);
}

/** Characters that in no pattern mean anything but themselves. */
const PLAIN = /^[\w .~%=:,#\u0080-\uffff-]+$/;

/** Whether the path has a part of this name. */
function hasPart(path: string, name: string): boolean {
  const at = path.indexOf(name);
  // Most paths do not have the text at all, and are not taken apart.
  return at >= 0 && path.split('/').includes(name);
}

function relative(pattern: string, source: string): string {
  const trimmed = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  if (trimmed === source || (trimmed === '' && pattern.startsWith('/'))) return '.';
  const below = source.endsWith('/') ? source : `${source}/`;
  return trimmed.startsWith(below) ? trimmed.slice(below.length) : trimmed.replace(/^\//, '');
}
