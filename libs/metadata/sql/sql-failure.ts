import { Failure, type FailureCode } from '#kernel';
import { QueryFailedError, QueryRunnerAlreadyReleasedError, TypeORMError } from 'typeorm';

/** What PostgreSQL says in an error, as far as it may be told: its details name values, which may be secret. */
interface SqlError {
  readonly state: string | undefined;
  readonly message: string;
  readonly constraint: string | undefined;
}

const UNAVAILABLE = [
  /^08/, // connection
  /^25(006|P03|P04)/, // read-only server, transaction timeouts
  /^53/, // connections, memory, disk
  /^55P03/, // lock
  /^57/, // shutdown, start, statement timeout
  /^58/, // input and output
];
const LOST = /^(40001|40P01)/; // serialization, deadlock
const UNSTORABLE = /^(22021|22P05|54000)/; // U+0000, a name too long for its index

/** A rejected statement as a Failure. Neither the statement nor its values are in it. */
export function sqlFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof QueryRunnerAlreadyReleasedError) return unavailable('the connection was lost', error);
  if (error instanceof TypeORMError && !(error instanceof QueryFailedError)) {
    return new Failure('metadata.failed', error.message, {}, error);
  }
  const { state, message, constraint } = read(error);
  if (state === undefined) return unavailable(message, error);
  const context = { sqlState: state, ...(constraint !== undefined && { constraint }) };
  return new Failure(codeOf(state), message, context);
}

/** Whatever keeps a connection from coming about. */
export function connectFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof TypeORMError && !(error instanceof QueryFailedError)) return sqlFailure(error);
  const { state, message } = read(error);
  return new Failure('metadata.unavailable', `no connection to the database: ${message}`, {
    ...(state !== undefined && { sqlState: state }),
  });
}

/** Whether PostgreSQL itself said so, and not the connection to it. */
export function answered({ context }: Failure): boolean {
  return context['sqlState'] !== undefined;
}

/** Whether the transaction has to be done anew, because another one was preferred. */
export function lostToAnother({ context }: Failure): boolean {
  return typeof context['sqlState'] === 'string' && LOST.test(context['sqlState']);
}

function codeOf(state: string): FailureCode {
  if (state === '23505') return 'metadata.duplicate';
  if (UNSTORABLE.test(state)) return 'input.invalid';
  return LOST.test(state) || UNAVAILABLE.some((some) => some.test(state))
    ? 'metadata.unavailable'
    : 'metadata.failed';
}

function unavailable(message: string, cause: unknown): Failure {
  const said = cause instanceof QueryFailedError ? undefined : cause;
  return new Failure('metadata.unavailable', message, {}, said);
}

function read(error: unknown): SqlError {
  const root = error instanceof QueryFailedError ? (error.driverError as unknown) : error;
  if (!(root instanceof Error)) return { state: undefined, message: String(root), constraint: undefined };
  // Node tells all addresses that it tried, and gives the whole no message.
  const first: unknown = root instanceof AggregateError ? root.errors[0] : undefined;
  const { code, constraint } = root as { code?: unknown; constraint?: unknown };
  return {
    state: typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && 'severity' in root ? code : undefined,
    message: root.message || (first instanceof Error ? first.message : root.name),
    constraint: typeof constraint === 'string' ? constraint : undefined,
  };
}
