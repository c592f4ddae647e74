import { Failure, systemClock, type FailureCode } from '#kernel';
import type { HttpAnswer } from './swift-http.js';

/** What a call was about: what is said of it when it fails. */
export interface About {
  readonly place: string;
  /** `object "a/b"`, `the container` */
  readonly thing: string;
  readonly key?: string;
}

const TIMEOUTS = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'];
const CLOSED = ['UND_ERR_DESTROYED', 'UND_ERR_CLOSED'];
/** What TLS says of certificates it does not trust. */
const CERTIFICATE = /CERT|ISSUER|UNABLE_TO_VERIFY|SELF_SIGNED|ALTNAME|CRL/;

const STATUSES: Readonly<Record<number, FailureCode>> = {
  401: 'storage.login-refused',
  403: 'storage.access-denied',
  404: 'storage.object-missing',
  408: 'storage.timeout',
  // A large object of which a part is gone.
  409: 'storage.object-missing',
  413: 'storage.object-too-large',
  416: 'storage.range-invalid',
  507: 'storage.full',
};

/** What the same numbers mean as an answer to a put that must not overwrite. */
const STATUSES_OF_PUT: Readonly<Record<number, FailureCode>> = {
  // Something is there that is newer than the put.
  409: 'storage.object-exists',
  412: 'storage.object-exists',
};

const WORDS: Partial<Readonly<Record<FailureCode, (thing: string) => string>>> = {
  'storage.login-refused': () => 'Swift does not know the login',
  'storage.access-denied': (thing) => `no right to ${thing}`,
  'storage.object-missing': (thing) => `there is no ${thing}`,
  'storage.timeout': (thing) => `Swift waited too long for ${thing}`,
  'storage.object-exists': (thing) => `there is already ${thing}`,
  'storage.object-too-large': (thing) => `${thing} is larger than this Swift takes`,
  'storage.range-invalid': (thing) => `${thing} has no such range`,
  'storage.full': (thing) => `the storage is full at ${thing}`,
};

/** What an answer means that is not the one hoped for. `text` is its body. */
export function answerFailure(answer: HttpAnswer, text: string, about: About): Failure {
  const isQuota = answer.status === 413 && /quota/i.test(text);
  return failureOf(isQuota ? 'storage.full' : STATUSES[answer.status], answer, about);
}

/** What an answer to a put means that must not overwrite. */
export function putFailure(answer: HttpAnswer, text: string, about: About): Failure {
  const code = STATUSES_OF_PUT[answer.status];
  return code ? failureOf(code, answer, about) : answerFailure(answer, text, about);
}

export function missingFailure(about: About): Failure {
  const message = `there is no ${about.thing} in "${about.place}"`;
  return new Failure('storage.object-missing', message, contextOf(about));
}

/** The object that a put would make is there already. */
export function takenFailure(about: About): Failure {
  const message = `there is already ${about.thing} in "${about.place}"`;
  return new Failure('storage.object-exists', message, contextOf(about));
}

function failureOf(known: FailureCode | undefined, answer: HttpAnswer, about: About): Failure {
  const { status } = answer;
  // What is wrong with a request stays wrong, but for these.
  const isPassing = status >= 500 || status === 429 || status === 498;
  const code = known ?? (isPassing ? 'storage.unavailable' : 'storage.unsupported');
  const words = WORDS[code]?.(about.thing) ?? `Swift answered ${status} to ${about.thing}`;
  const retryAfterMs = waitOf(answer);
  const context = { ...contextOf(about), status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return new Failure(code, `${words} in "${about.place}"`, context);
}

/** What it means that there was no answer, or that it broke off. */
export function transportFailure(error: unknown, about: About): Failure {
  const said = codeOf(error);
  const { place, thing } = about;
  const fails = (code: FailureCode, message: string) => new Failure(code, message, contextOf(about), error);
  if (CLOSED.includes(said)) return fails('storage.closed', `"${place}" is closed`);
  if (TIMEOUTS.includes(said)) return fails('storage.timeout', `no byte came for ${thing} in "${place}"`);
  if (CERTIFICATE.test(said)) {
    return fails('storage.certificate-untrusted', `the certificate of "${place}" is not trusted: ${said}`);
  }
  return fails('storage.unavailable', `"${place}" does not answer for ${thing}: ${said}`);
}

export function contextOf({ place, key }: About): { place: string; key?: string } {
  return key === undefined ? { place } : { place, key };
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return String(code ?? cause?.code ?? (error instanceof Error ? error.name : error));
}

/** Retry-After, in seconds or as a date; `undefined` when there is none. */
function waitOf(answer: HttpAnswer): number | undefined {
  const said = answer.header('retry-after');
  if (said === undefined) return undefined;
  if (/^\d+$/.test(said)) return Number(said) * 1000;
  const at = Date.parse(said);
  const now = Date.parse(answer.header('date') ?? '') || systemClock.now().getTime();
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
