import picomatch from 'picomatch';
import type { Wanted } from '#backup-set';

/**
 * Which paths a list of patterns asks for. A pattern with a slash is anchored at the source, one without matches a name
 * at any depth; whatever is below a match is asked for too. A path of the file system that lies in the source
 * (`/etc/ssh` of a backup of `/etc`) is good as well. A text that is exactly a path always matches it, whatever
 * characters it has.
 */
export function wantedBy(patterns: readonly string[], source: string): Wanted {
  const matchers = patterns.map((pattern) => matcherOf(relative(pattern, source)));
  return (path) => matchers.some((matches) => matches(path));
}

type Matcher = (path: string) => boolean;

function matcherOf(pattern: string): Matcher {
  if (pattern === '.' || pattern === '') return () => true;
  const literal = (path: string) => path === pattern || path.startsWith(`${pattern}/`);
  const anywhere = !pattern.includes('/');
  if (!/[*?[\]{}()!+@\\]/.test(pattern)) {
    return anywhere ? (path) => path.split('/').includes(pattern) : literal;
  }
  // `s`: a dot also matches a line feed, which names may contain.
  const options = { dot: true, nonegate: true, flags: 's' };
  const whole = picomatch(
    anywhere ? [pattern, `**/${pattern}`, `**/${pattern}/**`, `${pattern}/**`] : [pattern, `${pattern}/**`],
    options,
  );
  return (path) => literal(path) || whole(path);
}

function relative(pattern: string, source: string): string {
  const trimmed = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  if (trimmed === source || (trimmed === '' && pattern.startsWith('/'))) return '.';
  const below = source.endsWith('/') ? source : `${source}/`;
  return trimmed.startsWith(below) ? trimmed.slice(below.length) : trimmed.replace(/^\//, '');
}
