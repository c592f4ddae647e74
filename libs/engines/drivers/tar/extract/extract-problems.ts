import { Failure, printable } from '#kernel';
import type { ExtractProblem } from '../../../archive-engine.js';
import { relativePath } from '../stream/member-path.js';
import { reasonIn, type TarMessage } from '../program/tar-messages.js';

interface Rule {
  readonly says: RegExp;
  readonly kind: ExtractProblem['kind'];
}

/** What follows the path of a message. */
const WITH_PATH: readonly Rule[] = [
  { says: /^(Warning: )?Cannot \S*(xattr|acl)/i, kind: 'attribute' },
  { says: /^Cannot change ownership to /, kind: 'owner' },
  { says: /^Cannot (mknod|mkfifo)/, kind: 'device' },
  { says: /^Cannot change mode to /, kind: 'mode' },
  { says: /^Cannot utime/, kind: 'time' },
  { says: /^Cannot \w/, kind: 'file' },
];

/** Messages that name the path at their end, as it is: even with newlines in it. */
const ATTRIBUTE = /^\w+: Cannot (?:set|drop|get) .* for file '([^]*)': [^:]*$/;

const NO_SPACE = /: (No space left on device|Disk quota exceeded)$/;
const IDLE =
  /^Exiting with failure status due to previous errors$|^Removing leading|^Ignoring unknown extended header/;

/** What a message of a running restore means. */
export function problemIn(message: TarMessage): ExtractProblem | 'idle' | 'full' | 'unknown' {
  const { path, text } = message;
  if (NO_SPACE.test(text)) return 'full';
  if (path === undefined) {
    const named = ATTRIBUTE.exec(text);
    if (named) return { path: relativePath(named[1] ?? ''), kind: 'attribute', reason: reasonIn(text) };
    return IDLE.test(text) ? 'idle' : 'unknown';
  }
  const rule = WITH_PATH.find(({ says }) => says.test(text));
  return rule ? { path: relativePath(path), kind: rule.kind, reason: reasonIn(text) } : 'unknown';
}

export function noSpace(root: string): Failure {
  const message = `there is no space left for files in "${printable(root)}"`;
  return new Failure('storage.full', message, { target: root });
}
