import { printable } from '#kernel';

const MOST_CHARACTERS = 300;
/** Connections that broke; the SDK calls them timeouts. */
const LOST = ['ECONNRESET', 'EPIPE'];

/** What the SDK throws, as far as we look at it. Not its types: a proxy may have answered instead of an S3. */
interface Thrown extends Error {
  readonly Code?: unknown;
  readonly code?: unknown;
  readonly Region?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
  readonly errors?: readonly unknown[];
}

/** An error of the SDK, read with care. */
export class S3Answer {
  /** As the server or the SDK names the error; empty when there is no name that says anything. */
  readonly name: string;
  /** Of the HTTP answer, when there was one. */
  readonly status: number | undefined;
  /** Of the system's error, such as ECONNRESET; empty when it is none. */
  readonly systemCode: string;
  readonly message: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #region: unknown;

  constructor(error: Thrown) {
    const { $metadata, $response, Code, Region } = error;
    // A name that has more addresses than one fails with one error for each.
    const first = (error.errors?.[0] ?? error) as Thrown;
    this.status = $response?.statusCode ?? $metadata?.httpStatusCode;
    this.systemCode = typeof first.code === 'string' ? first.code : '';
    this.name = LOST.includes(this.systemCode)
      ? ''
      : nameOf(error, typeof Code === 'string' ? Code : error.name);
    this.message = first.message;
    this.#headers = $response?.headers ?? {};
    this.#region = Region;
  }

  /** Whether neither server, system nor SDK said it: a fault of ours, which must not look like one of the storage. */
  get isForeign(): boolean {
    const { status, systemCode, name } = this;
    return status === undefined && systemCode === '' && ['', 'TypeError', 'RangeError'].includes(name);
  }

  /** For a message: what was said, and by what name. */
  get reason(): string {
    const status = this.status === undefined ? '' : `status ${this.status}`;
    const words = this.message === 'UnknownError' ? '' : printable(this.message.slice(0, MOST_CHARACTERS));
    const said = [this.name || this.systemCode || status, words].filter((part) => part !== '');
    return said.join(': ').replace(/\.$/, '');
  }

  /** The region in which the bucket is, when the server says so. */
  get region(): string | undefined {
    const region = this.#region ?? this.#headers['x-amz-bucket-region'];
    return typeof region === 'string' ? region : /expecting '([^']+)'/.exec(this.message)?.[1];
  }

  /** The server's clock. */
  get time(): Date | undefined {
    return dateOf(this.#headers['date']);
  }

  /** How long the server wants to be left alone; it says seconds, or a time by its own clock. */
  retryAfterMs(now: Date): number | undefined {
    const text = this.#headers['retry-after'];
    if (text === undefined) return undefined;
    if (/^\d+$/.test(text)) return Number(text) * 1000;
    const until = dateOf(text);
    return until && Math.max(0, until.getTime() - (this.time ?? now).getTime());
  }

  /** The error without what the server echoed: some of that are secrets, such as tokens and keys in headers. */
  bare(): Error {
    return Object.assign(new Error(this.message), { name: this.name || 'Error' });
  }
}

function nameOf(error: Thrown, name: string): string {
  // What HEAD answers has no body, and so no name.
  if (['Error', 'Unknown', 'UnknownError', 'NotFound', 'AggregateError', 'S3ServiceException'].includes(name))
    return '';
  // An answer that is no XML, such as a page of a proxy: its status says more.
  return error instanceof SyntaxError ? '' : name;
}

function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
