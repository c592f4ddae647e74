import { Failure, printable, type FailureCode } from '#kernel';

/** Every error of the file system that means something to a caller; all others are `storage.unavailable`. */
const CODES: Readonly<Record<string, FailureCode>> = {
  ENOSPC: 'storage.full',
  EDQUOT: 'storage.full',
  EACCES: 'storage.access-denied',
  EPERM: 'storage.access-denied',
  EROFS: 'storage.read-only',
  ENOENT: 'storage.object-missing',
  EISDIR: 'storage.object-missing',
  // Opening a symlink that is not to be followed.
  ELOOP: 'storage.object-missing',
  EEXIST: 'storage.object-exists',
  EFBIG: 'storage.object-too-large',
  ENAMETOOLONG: 'storage.key-invalid',
  ENOTDIR: 'storage.key-invalid',
  EINVAL: 'storage.key-invalid',
  ETIMEDOUT: 'storage.timeout',
};

const WORDS: Partial<Readonly<Record<FailureCode, (container: string, key: string) => string>>> = {
  'storage.full': (container) => `container "${container}" is full`,
  'storage.access-denied': (container, key) => `no right to ${key} in container "${container}"`,
  'storage.read-only': (container) => `container "${container}" is on a read-only file system`,
  'storage.object-missing': (container, key) => `there is no ${key} in container "${container}"`,
  'storage.object-exists': (container, key) => `there is already ${key} in container "${container}"`,
  'storage.object-too-large': (container, key) => `${key} is too large for the file system of "${container}"`,
  'storage.key-invalid': (container, key) => `container "${container}" cannot hold ${key}`,
};

/** The one border at which errors of the file system become Failures; what is none of them is handed on as it is. */
export async function bordered<T>(container: string, key: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw isErrno(error) ? localFailure(error, container, key) : error;
  }
}

export function localFailure(error: NodeJS.ErrnoException, container: string, key: string): Failure {
  const code = CODES[error.code ?? ''] ?? 'storage.unavailable';
  const place = printable(container);
  const thing = key === '' ? 'object' : `object "${key}"`;
  const message =
    WORDS[code]?.(place, thing) ?? `container "${place}" does not answer: ${error.code} at ${thing}`;
  return new Failure(code, message, { container, key }, error);
}

/** Whether the file system said this; with codes, whether it said one of them. */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false;
  return codes.length === 0 || codes.includes(String(error.code));
}

/** The answer, or `undefined` when the file system says one of `codes`. */
export async function unless<T>(answer: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isErrno(error, ...codes)) return undefined;
    throw error;
  }
}
