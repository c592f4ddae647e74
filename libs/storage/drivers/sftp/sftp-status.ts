import { Failure, isFailure, type FailureCode } from '#kernel';

/** Answers of servers, by their numbers in the protocol; those above 8 are of its later versions. */
export const STATUS = {
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  unsupported: 8,
  alreadyExists: 11,
  writeProtected: 12,
  noSpace: 14,
  quotaExceeded: 15,
} as const;

/** A request to which the server answered that it failed. */
export class SftpStatus extends Error {
  override readonly name = 'SftpStatus';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Whether the server answered this; with statuses, whether it answered one of them. */
export function isStatus(error: unknown, ...statuses: readonly number[]): error is SftpStatus {
  return error instanceof SftpStatus && (statuses.length === 0 || statuses.includes(error.status));
}

/** The answer, or `undefined` when the server answers with one of these statuses. */
export async function unless<T>(answer: Promise<T>, ...statuses: readonly number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isStatus(error, ...statuses)) return undefined;
    throw error;
  }
}

const CODES: Readonly<Record<number, FailureCode>> = {
  [STATUS.noSuchFile]: 'storage.object-missing',
  [STATUS.permissionDenied]: 'storage.access-denied',
  [STATUS.unsupported]: 'storage.unsupported',
  [STATUS.alreadyExists]: 'storage.object-exists',
  [STATUS.writeProtected]: 'storage.read-only',
  [STATUS.noSpace]: 'storage.full',
  [STATUS.quotaExceeded]: 'storage.full',
};

const WORDS: Partial<Readonly<Record<FailureCode, (place: string, thing: string) => string>>> = {
  'storage.object-missing': (place, thing) => `there is no ${thing} in ${place}`,
  'storage.access-denied': (place, thing) => `no right to ${thing} in ${place}`,
  'storage.unsupported': (place, thing) => `the server of ${place} cannot do what ${thing} needs`,
  'storage.object-exists': (place, thing) => `there is already ${thing} in ${place}`,
  'storage.read-only': (place) => `${place} may only be read`,
  'storage.full': (place) => `${place} is full`,
};

/** The one border at which answers of the server become Failures; what ended the connection gets the key it met. */
export async function bordered<T>(place: string, key: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw borderOf(place, key)(error);
  }
}

export function borderOf(place: string, key: string): (error: unknown) => Error {
  return (error) => {
    if (isStatus(error)) return sftpFailure(error, place, key);
    return isFailure(error) ? error.with({ key }) : (error as Error);
  };
}

function sftpFailure(error: SftpStatus, place: string, key: string): Failure {
  // Servers that know no number for it say it in words, if at all.
  const isFull = /no space|quota|disk.*full/i.test(error.message);
  const code = isFull ? 'storage.full' : (CODES[error.status] ?? 'storage.unavailable');
  const thing = key === '' ? 'folder' : `object "${key}"`;
  const message =
    WORDS[code]?.(place, thing) ?? `the server of ${place} answers "${error.message}" at ${thing}`;
  return new Failure(code, message, { place, key, status: error.status }, error);
}
