import { relativePath } from '../stream/member-path.js';
import { reasonIn, type TarMessage } from '../program/tar-messages.js';

/** Something that tar could not store as asked. */
export interface Trouble {
  readonly path: string;
  /**
   * `missing`: there is no member. `untrue`: there is one, but its content is not that of the file (zeros stand for what
   * could not be read). `changed`: stored, while it changed. `empty`: a directory that was not gone into on purpose.
   */
  readonly effect: 'missing' | 'untrue' | 'changed' | 'empty';
  readonly reason: string;
  readonly harmless?: true;
  /** Of a file that seems to have shrunk: bytes of zeros in place of its end. */
  readonly shrankBy?: number;
}

interface Rule {
  readonly says: RegExp;
  readonly effect: Trouble['effect'];
  readonly reason: string | ((text: string) => string);
  readonly harmless?: true;
}

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    says: /^(Warning: )?Cannot \S*(xattr|acl)/i,
    effect: 'changed',
    reason: (text) => `attributes not stored: ${reasonIn(text)}`,
  },
  { says: /^(Warning: )?(Read error at|Cannot read: |Cannot seek)/, effect: 'untrue', reason: 'read error' },
  { says: /^(Warning: )?Cannot close/, effect: 'changed', reason: reasonIn },
  { says: /^(Warning: )?Cannot \w.*: /, effect: 'missing', reason: reasonIn },
  { says: /^File removed before we read it$/, effect: 'missing', reason: 'removed while reading' },
  { says: /^file changed as we read it$/, effect: 'changed', reason: 'changed while reading' },
  { says: /^File shrank by /, effect: 'changed', reason: 'shrank while reading' },
  {
    says: /^(socket|door) ignored$/,
    effect: 'missing',
    reason: (text) => text.split(' ', 1).join(),
    harmless: true,
  },
  {
    says: /is on a different filesystem; not dumped$/,
    effect: 'empty',
    reason: 'other file system',
    harmless: true,
  },
  { says: /^Unknown file type; file ignored$/, effect: 'missing', reason: 'unknown file type' },
  { says: /(not dumped|ignored)$/, effect: 'missing', reason: (text) => text },
];

/** Said besides, and nothing to worry about. */
const IDLE =
  /^(Exiting with failure status due to previous errors|Directory (is new|has been (renamed|replaced)).*)$/s;

const SHRANK = /^File shrank by (\d+) byte/;

/** What a message of a running backup means: a trouble, nothing, or something that is not known. */
export function troubleIn(message: TarMessage): Trouble | 'idle' | 'unknown' {
  const { path, text } = message;
  if (IDLE.test(text)) return 'idle';
  const rule = RULES.find(({ says }) => says.test(text));
  // Everything in the source has a path that begins like this; other paths are those of tar's own files.
  if (!rule || path === undefined || !(path === '.' || path.startsWith('./'))) return 'unknown';
  const shrank = SHRANK.exec(text);
  return {
    path: relativePath(path),
    effect: rule.effect,
    reason: typeof rule.reason === 'string' ? rule.reason : rule.reason(text),
    ...(rule.harmless && { harmless: true }),
    ...(shrank && { shrankBy: Number(shrank[1]) }),
  };
}
