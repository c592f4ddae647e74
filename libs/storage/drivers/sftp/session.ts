import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';
import { deadline, Failure } from '#kernel';
import { sparePackets } from './gcm-packets.js';
import { STATUS, SftpStatus } from './sftp-status.js';
import { answerTogether, hangUp, readLate, together, type Answer } from './ssh2.js';

/** Room on a file system of the server. */
export interface ServerSpace {
  /** Bytes, for users without privileges. */
  readonly free: number;
  /** Of the whole file system; 0 when it does not know. */
  readonly size: number;
  readonly isReadOnly: boolean;
}

/** What a server says at the start, as far as the library does not show it. */
interface Negotiated {
  readonly _extensions?: Readonly<Record<string, string>>;
  readonly _maxReadLen?: number;
  readonly _maxWriteLen?: number;
}

interface FileSystem {
  readonly f_frsize: number;
  readonly f_blocks: number;
  readonly f_bavail: number;
  readonly f_flag: number;
}

/** Every server takes so much in one request. */
const SAFE_BYTES = 31 << 10;
const READ_ONLY_FLAG = 1;
const GOODBYE_MS = 2000;

/**
 * One SFTP connection: requests and their answers. A request that fails rejects with an `SftpStatus`; when the
 * connection ends, all that wait reject with the Failure that says why, and so does every later one.
 */
export class Session {
  /** Calls that use it now. */
  users = 0;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  readonly isOpenSsh: boolean;
  /** Bytes that one request may ask for, or bring. */
  readonly mostRead: number;
  readonly mostWritten: number;
  readonly #extensions: Readonly<Record<string, string>>;
  readonly #waiting = new Set<(failure: Failure) => void>();
  #end: Failure | undefined;

  constructor(
    private readonly client: Client,
    private readonly sftp: SFTPWrapper,
    serverVersion: string,
    private readonly place: string,
    timeoutSeconds: number,
  ) {
    const negotiated = sftp as unknown as Negotiated;
    this.isOpenSsh = serverVersion.startsWith('OpenSSH');
    this.mostRead = negotiated._maxReadLen ?? SAFE_BYTES;
    this.mostWritten = negotiated._maxWriteLen ?? SAFE_BYTES;
    this.#extensions = negotiated._extensions ?? {};
    this.ended = new Promise((resolve) => client.once('close', resolve));
    answerTogether(client);
    // Servers ask for new keys now and then.
    client.on('handshake', () => sparePackets(client));
    const lost = (error?: Error): void =>
      this.#endWith(this.#failure('storage.unavailable', 'was lost', error));
    client.on('error', lost);
    client.once('close', () => lost());
    sftp.on('error', lost);
    // A server may end the channel and keep the connection.
    for (const event of ['end', 'close']) sftp.once(event, () => lost());
    client.on('timeout', () => {
      const words = `did not move a byte for ${timeoutSeconds} seconds`;
      if (this.#waiting.size > 0) this.#endWith(this.#failure('storage.timeout', words));
      // Nobody would notice if a firewall had forgotten it by the next call.
      else if (this.users === 0) this.#endWith(this.#failure('storage.unavailable', 'was idle'));
    });
  }

  /** Whether it takes requests. */
  get isAlive(): boolean {
    return this.#end === undefined;
  }

  get knowsHardLinks(): boolean {
    return this.#extensions['hardlink@openssh.com'] === '1';
  }

  get knowsSync(): boolean {
    return this.#extensions['fsync@openssh.com'] === '1';
  }

  open(path: string, flags: 'r' | 'wx', mode?: number): Promise<Buffer> {
    return this.#ask((answer) => this.sftp.open(path, flags, { mode }, answer));
  }

  closeHandle(handle: Buffer): Promise<void> {
    return this.#ask((answer) => this.sftp.close(handle, answer));
  }

  /** At most {@link mostWritten} bytes; they are copied before this returns. */
  write(handle: Buffer, bytes: Buffer, at: number): Promise<void> {
    return this.#ask((answer) => this.sftp.write(handle, bytes, 0, bytes.length, at, answer));
  }

  /** At most {@link mostRead} bytes from `at` on, perhaps fewer than `length`; none at the end of the file. */
  read(handle: Buffer, length: number, at: number): Promise<Buffer> {
    return this.#ask((answer) => readLate(this.sftp, { handle, length, at }, answer));
  }

  /** What a name is, symlinks not followed. */
  lstat(path: string): Promise<Stats> {
    return this.#ask((answer) => this.sftp.lstat(path, answer));
  }

  fstat(handle: Buffer): Promise<Stats> {
    return this.#ask((answer) => this.sftp.fstat(handle, answer));
  }

  openFolder(path: string): Promise<Buffer> {
    return this.#ask((answer) => this.sftp.opendir(path, answer));
  }

  /** The next names of an open folder; rejects with the status `endOfFile` after the last. */
  readFolder(handle: Buffer): Promise<FileEntryWithStats[]> {
    return this.#ask((answer) => this.sftp.readdir(handle, answer));
  }

  makeFolder(path: string, mode: number): Promise<void> {
    return this.#ask((answer) => this.sftp.mkdir(path, { mode }, answer));
  }

  removeFolder(path: string): Promise<void> {
    return this.#ask((answer) => this.sftp.rmdir(path, answer));
  }

  unlink(path: string): Promise<void> {
    return this.#ask((answer) => this.sftp.unlink(path, answer));
  }

  rename(path: string, name: string): Promise<void> {
    return this.#ask((answer) => this.sftp.rename(path, name, answer));
  }

  hardLink(path: string, name: string): Promise<void> {
    return this.#ask((answer) => this.sftp.ext_openssh_hardlink(path, name, answer));
  }

  /** Only where the server {@link knowsSync}. */
  sync(handle: Buffer): Promise<void> {
    return this.#ask((answer) => this.sftp.ext_openssh_fsync(handle, answer));
  }

  /** Nothing when the server does not say. */
  async space(path: string): Promise<ServerSpace | undefined> {
    if (this.#extensions['statvfs@openssh.com'] !== '2') return undefined;
    const found = await this.#ask<FileSystem>((answer) => this.sftp.ext_openssh_statvfs(path, answer));
    return {
      free: found.f_bavail * found.f_frsize,
      size: found.f_blocks * found.f_frsize,
      isReadOnly: (found.f_flag & READ_ONLY_FLAG) !== 0,
    };
  }

  /** Says goodbye, and hangs up on a server that does not answer. */
  async close(): Promise<void> {
    if (this.#end) return this.ended;
    this.#end = new Failure('storage.closed', `${this.place} is closed`, { place: this.place });
    this.client.end();
    const hungUp = deadline(GOODBYE_MS, new Error('no goodbye'));
    hungUp.signal.addEventListener('abort', () => hangUp(this.client));
    await this.ended;
    hungUp.clear();
    this.#rejectAll(this.#end);
  }

  #ask<T>(send: (answer: Answer<T>) => void): Promise<T> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const answer: Answer<T> = (error, result) => {
        if (!this.#waiting.delete(reject)) return;
        const status = (error as { code?: unknown } | null | undefined)?.code;
        if (!error) resolve(result as T);
        else if (typeof status === 'number') reject(new SftpStatus(status, error.message));
        // Said to all that wait when the connection is over.
        else reject(this.#end ?? this.#failure('storage.unavailable', 'was lost', error));
      };
      try {
        together(this.client, () => send(answer));
      } catch (error) {
        // The library throws what it can tell without asking the server.
        this.#waiting.delete(reject);
        reject(new SftpStatus(STATUS.unsupported, (error as Error).message));
      }
    });
  }

  #endWith(failure: Failure): void {
    if (this.#end) return;
    this.#end = failure;
    this.#rejectAll(failure);
    hangUp(this.client);
  }

  #rejectAll(failure: Failure): void {
    for (const reject of this.#waiting) reject(failure);
    this.#waiting.clear();
  }

  #failure(code: 'storage.unavailable' | 'storage.timeout', words: string, cause?: Error): Failure {
    const reason = cause ? `: ${cause.message}` : '';
    return new Failure(
      code,
      `the connection to ${this.place} ${words}${reason}`,
      { place: this.place },
      cause,
    );
  }
}
