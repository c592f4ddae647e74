import type { Readable, Writable } from 'node:stream';
import type { Client, FileInfo } from 'basic-ftp';
import { Failure, monotonicMs } from '#kernel';
import { connectionFailure, isDone, type Reply } from './ftp-failure.js';

/** Replies to NOOP, also of servers that do not know it. All others are about the transfer before. */
const TO_NOOP = [200, 500, 502];

/**
 * One logged-in control connection; one command or transfer at a time. Replies are values, also when the server refuses.
 * Rejects with `storage.timeout` and `storage.unavailable` when the connection breaks; it is of no use after that.
 */
export class FtpConnection {
  #quietSinceMs = monotonicMs();

  constructor(
    private readonly client: Client,
    /** Resolves when bytes may pass on the newest data connection. */
    readonly dataReady: () => Promise<void>,
    private readonly place: string,
    /** The container, from the root of the server, without a slash at the end. */
    readonly base: string,
  ) {}

  get isAlive(): boolean {
    return !this.client.closed;
  }

  get quietMs(): number {
    return monotonicMs() - this.#quietSinceMs;
  }

  /** Whether listings tell exact times. */
  get hasExactListings(): boolean {
    return this.client.availableListCommands[0] === 'MLSD';
  }

  /** Of an object or folder, which may be named with a slash at the end. */
  path(key: string): string {
    return key === '' ? this.base || '/' : `${this.base}/${key.replace(/\/$/, '')}`;
  }

  ask(command: string, path?: string): Promise<Reply> {
    return this.#replied(() => this.client.send(path === undefined ? command : `${command} ${path}`));
  }

  /** The body is read once the server is ready to take it. */
  async upload(path: string, body: Readable): Promise<Reply> {
    try {
      return await this.#replied(() => this.client.uploadFrom(body, path));
    } catch (error) {
      // The server closes the data connection first and says then why.
      const said = this.isAlive ? await this.settle() : undefined;
      if (said === undefined || isDone(said)) throw error;
      return said;
    }
  }

  download(path: string, start: number, sink: Writable): Promise<Reply> {
    return this.#replied(() => this.client.downloadTo(sink, path, start));
  }

  /** What is in the folder that was entered last. */
  async entries(): Promise<readonly FileInfo[] | Reply> {
    let found: readonly FileInfo[] = [];
    const refusal = await this.#replied(async () => {
      found = await this.client.list();
      return { code: 226, message: '' };
    });
    return refusal.code === 226 ? found : refusal;
  }

  /** Lets go of the data connection, without harm to this one; {@link settle} it before the next command. */
  dropData(): void {
    this.client.ftp.dataSocket?.destroy();
  }

  /**
   * Waits until the server has understood that a transfer was ended, so that the next command gets its own reply.
   * Resolves with what it said of the transfer, if it did.
   */
  async settle(): Promise<Reply | undefined> {
    let said: Reply | undefined;
    await this.#replied(() =>
      this.client.ftp.handle('NOOP', (heard, task) => {
        const reply = 'code' in heard ? { code: Number(heard.code), message: heard.message } : undefined;
        if (reply === undefined || Number.isNaN(reply.code)) task.reject(heard as Error);
        else if (!TO_NOOP.includes(reply.code)) said ??= reply;
        else task.resolve(reply);
      }),
    );
    return said;
  }

  close(): void {
    this.client.close();
  }

  async #replied(act: () => Promise<Reply>): Promise<Reply> {
    try {
      return this.#heard(await act());
    } catch (error) {
      if (error instanceof Error && error.name === 'FTPError') {
        return this.#heard({ code: (error as Error & Reply).code, message: error.message });
      }
      throw connectionFailure(error, this.place);
    } finally {
      this.#quietSinceMs = monotonicMs();
    }
  }

  /** With 421 the server says good-bye. */
  #heard(reply: Reply): Reply {
    if (reply.code !== 421) return reply;
    this.close();
    const { place } = this;
    throw new Failure('storage.unavailable', `${place} closes the connection: ${reply.message}`, { place });
  }
}
