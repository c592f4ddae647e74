import { Failure, type FailureCode, type FailureContext } from '#kernel';
import { S3Answer } from './s3-answer.js';

/** What a message and its context may say. */
export interface Circumstances {
  readonly place: string;
  readonly key: string;
  readonly bucket: string;
  readonly region: string;
  readonly timeoutSeconds: number;
  readonly now: Date;
}

/** Names of errors, of servers of all makes, that mean something to a caller. */
const CODES: Readonly<Record<string, FailureCode>> = {
  NoSuchKey: 'storage.object-missing',
  NoSuchVersion: 'storage.object-missing',
  NoSuchBucket: 'storage.container-missing',
  AccessDenied: 'storage.access-denied',
  AllAccessDisabled: 'storage.access-denied',
  AccountProblem: 'storage.access-denied',
  BucketAlreadyExists: 'storage.access-denied',
  InvalidAccessKeyId: 'storage.login-refused',
  SignatureDoesNotMatch: 'storage.login-refused',
  ExpiredToken: 'storage.login-refused',
  InvalidToken: 'storage.login-refused',
  TokenRefreshRequired: 'storage.login-refused',
  InvalidSecurity: 'storage.login-refused',
  CredentialsProviderError: 'storage.login-refused',
  TokenProviderError: 'storage.login-refused',
  RequestTimeTooSkewed: 'storage.login-refused',
  RequestExpired: 'storage.login-refused',
  PermanentRedirect: 'storage.address-invalid',
  AuthorizationHeaderMalformed: 'storage.address-invalid',
  IllegalLocationConstraintException: 'storage.address-invalid',
  InvalidBucketName: 'storage.address-invalid',
  PreconditionFailed: 'storage.object-exists',
  InvalidRange: 'storage.range-invalid',
  KeyTooLongError: 'storage.key-invalid',
  EntityTooLarge: 'storage.object-too-large',
  BadDigest: 'storage.body-mismatch',
  XAmzContentSHA256Mismatch: 'storage.body-mismatch',
  XAmzContentChecksumMismatch: 'storage.body-mismatch',
  QuotaExceeded: 'storage.full',
  XMinioStorageFull: 'storage.full',
  XMinioAdminBucketQuotaExceeded: 'storage.full',
  InsufficientCapacity: 'storage.full',
  ObjectLocked: 'storage.object-held',
  RequestTimeout: 'storage.timeout',
  TimeoutError: 'storage.timeout',
  SlowDown: 'storage.unavailable',
  RequestLimitExceeded: 'storage.unavailable',
  ThrottlingException: 'storage.unavailable',
  OperationAborted: 'storage.unavailable',
  ConditionalRequestConflict: 'storage.unavailable',
  IncompleteBody: 'storage.unavailable',
  NotImplemented: 'storage.unsupported',
  InvalidStorageClass: 'storage.unsupported',
  // It was moved to an archive, from which it must be brought back first.
  InvalidObjectState: 'storage.unsupported',
};

/** When the server gave no name, or one that is not known. */
const STATUSES: Readonly<Record<number, FailureCode>> = {
  301: 'storage.address-invalid',
  401: 'storage.login-refused',
  403: 'storage.access-denied',
  404: 'storage.object-missing',
  408: 'storage.timeout',
  412: 'storage.object-exists',
  413: 'storage.object-too-large',
  416: 'storage.range-invalid',
  429: 'storage.unavailable',
  501: 'storage.unsupported',
  507: 'storage.full',
};

/** How servers say that an object is locked, each in its own words behind AccessDenied. */
const HOLDS = /object lock|WORM|retention|retain|legal hold|is protected/i;
/** What TLS says of a certificate that it does not trust. */
const UNTRUSTED = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY))/;

/** The one border at which errors of the SDK become Failures; Failures and what is no error of it stay as they are. */
export function s3Failure(error: unknown, circumstances: Circumstances): Error {
  if (error instanceof Failure || !(error instanceof Error)) return error as Error;
  const answer = new S3Answer(error);
  if (answer.isForeign) return error;
  const code = codeOf(answer);
  const { place, key } = circumstances;
  const retryAfterMs = answer.retryAfterMs(circumstances.now);
  const context: FailureContext = {
    place,
    ...(key !== '' && { key }),
    ...(answer.status !== undefined && { status: answer.status }),
    ...(answer.name !== '' && { error: answer.name }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return new Failure(code, wordsOf(code, answer, circumstances), context, answer.bare());
}

function codeOf({ name, status, systemCode, message }: S3Answer): FailureCode {
  if (UNTRUSTED.test(systemCode)) return 'storage.certificate-untrusted';
  if (name === 'AccessDenied' && HOLDS.test(message)) return 'storage.object-held';
  const code = CODES[name] ?? CODES[systemCode];
  if (code) return code;
  if (name.startsWith('KMS')) return 'storage.access-denied';
  if (status === undefined) return 'storage.unavailable';
  return STATUSES[status] ?? (status >= 500 || status < 400 ? 'storage.unavailable' : 'storage.unsupported');
}

function wordsOf(code: FailureCode, answer: S3Answer, { place, key, ...facts }: Circumstances): string {
  const thing = key === '' ? 'bucket' : `object "${key}"`;
  switch (code) {
    case 'storage.object-missing':
      return `there is no ${thing} in "${place}"`;
    case 'storage.object-exists':
      return `there is already ${thing} in "${place}"`;
    case 'storage.container-missing':
      return `there is no bucket "${facts.bucket}" for "${place}"`;
    case 'storage.certificate-untrusted':
      return `the certificate of "${place}" is not trusted: ${answer.reason}`;
    case 'storage.object-held':
      return `${thing} in "${place}" is held: ${answer.reason}`;
    case 'storage.timeout':
      return `"${place}" stalled for ${facts.timeoutSeconds} seconds at ${thing}`;
    case 'storage.full':
      return `"${place}" is full: ${answer.reason}`;
    case 'storage.address-invalid':
      return regionWords(answer, place, facts);
    case 'storage.login-refused':
      return loginWords(answer, place, facts.now);
    case 'storage.access-denied':
      return `no right to ${thing} in "${place}": ${answer.reason}`;
    case 'storage.unavailable':
      return `"${place}" does not answer as it should at ${thing}: ${answer.reason}`;
    default:
      return `"${place}" refuses ${thing}: ${answer.reason}`;
  }
}

function regionWords(
  answer: S3Answer,
  place: string,
  { bucket, region }: Pick<Circumstances, 'bucket' | 'region'>,
): string {
  const right = answer.region;
  if (right === undefined || right === region)
    return `"${place}" is not where it was asked: ${answer.reason}`;
  return `bucket "${bucket}" of "${place}" is in region "${right}", not "${region}": set region to "${right}"`;
}

function loginWords(answer: S3Answer, place: string, now: Date): string {
  if (answer.name !== 'RequestTimeTooSkewed') return `"${place}" refuses the login: ${answer.reason}`;
  const theirs = answer.time?.toISOString() ?? 'another time';
  return `"${place}" refuses the login: the clock here says ${now.toISOString()}, the one of the server ${theirs}`;
}
