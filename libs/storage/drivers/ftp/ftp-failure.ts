import { Failure, isFailure, printable, type FailureCode } from '#kernel';

/** What a server answers: three digits, and the whole line for people. */
export interface Reply {
  readonly code: number;
  readonly message: string;
}

/** What was asked for when the server refused: its "550" means anything. */
export type Asked = 'read' | 'store' | 'remove' | 'list';

export function isDone({ code }: Reply): boolean {
  return code >= 200 && code < 300;
}

/** Whether a right is missing, or the server does not know the command: nothing is said about the object then. */
export function isNoAnswer({ code, message }: Reply): boolean {
  return (code >= 500 && code !== 550) || DENIED.test(message);
}

const DENIED = /denied|not (allowed|permitted)|permission|forbidden|disabled|unauthori[sz]ed/i;
/** The last is all that vsftpd says when its disk or a quota is full. */
const FULL = /no space|disk (is )?full|quota|insufficient|storage allocation|writing to local file/i;

const CODES: Readonly<Record<number, FailureCode>> = {
  452: 'storage.full',
  552: 'storage.full',
  530: 'storage.login-refused',
  532: 'storage.access-denied',
  553: 'storage.access-denied',
};

const DEEDS: Readonly<Record<Asked, string>> = {
  read: 'be read',
  store: 'be stored',
  remove: 'be removed',
  list: 'be listed',
};

export function replyFailure(reply: Reply, asked: Asked, place: string, key: string): Failure {
  const code = meaningOf(reply, asked);
  const thing = key === '' || key.endsWith('/') ? `folder "${key}"` : `object "${key}"`;
  const message =
    code === 'storage.object-missing'
      ? `there is no ${thing} in ${place}`
      : `${thing} in ${place} cannot ${DEEDS[asked]}: ${wordsOf(reply)}`;
  return new Failure(code, message, { place, key, reply: reply.code });
}

function meaningOf({ code, message }: Reply, asked: Asked): FailureCode {
  if (/read-only/i.test(message)) return 'storage.read-only';
  if (code !== 530 && asked === 'store' && FULL.test(message)) return 'storage.full';
  const known = CODES[code];
  if (known) return known;
  if (code < 500) return 'storage.unavailable';
  if (code < 540) return DENIED.test(message) ? 'storage.access-denied' : 'storage.unsupported';
  return asked === 'read' && !DENIED.test(message) ? 'storage.object-missing' : 'storage.access-denied';
}

/** What broke on a connection that was open. Failures are handed on as they are. */
export function connectionFailure(error: unknown, place: string): Failure {
  if (isFailure(error)) return error;
  const words = error instanceof Error ? printable(error.message) : 'unknown';
  if (/\btimeout\b|ETIMEDOUT/i.test(words))
    return new Failure('storage.timeout', `${place} does not answer`, { place }, error);
  // What the library says of a listing in a form of its own.
  if (/only supports/.test(words))
    return new Failure('storage.unsupported', `${place} lists folders in an unknown form`, { place }, error);
  return new Failure('storage.unavailable', `the connection to ${place} broke: ${words}`, { place }, error);
}

/** What the server said, in one line, without the full stop. */
export function wordsOf({ message }: Reply): string {
  return printable(message.replaceAll(/\s*\n\s*/g, ' ')).replace(/[.\s]+$/, '');
}
