import { Injectable } from '@nestjs/common';
import { ThrottlerStorageService } from '@nestjs/throttler';
import { Failure } from '#kernel';

/** Tries for one name from one address, in a minute. */
const TRIES = 10;
const MINUTE_MS = 60_000;

/** Slows down who guesses passwords. A good login is forgiven the tries before it. */
@Injectable()
export class LoginLimit {
  readonly #tries = new ThrottlerStorageService();
  /** Counts good logins, so that those tries of before have another key. */
  readonly #rounds = new Map<string, number>();

  /** Counts a try before it is made, so that many at once are counted, too. Rejects with `auth.too-many-attempts`. */
  async attempt(address: string, name: string): Promise<void> {
    const key = keyOf(address, name);
    const round = `${key} ${this.#rounds.get(key) ?? 0}`;
    const { isBlocked, timeToBlockExpire } = await this.#tries.increment(round, MINUTE_MS, TRIES, 0, 'login');
    if (!isBlocked) return;
    const waitSeconds = Math.max(1, timeToBlockExpire);
    throw new Failure(
      'auth.too-many-attempts',
      `too many tries to log in as "${name}"; wait ${waitSeconds} seconds`,
      { user: name, waitSeconds },
    );
  }

  forgive(address: string, name: string): void {
    const key = keyOf(address, name);
    this.#rounds.set(key, (this.#rounds.get(key) ?? 0) + 1);
  }

  onApplicationShutdown(): void {
    this.#tries.onApplicationShutdown();
  }
}

function keyOf(address: string, name: string): string {
  return JSON.stringify([address, name]);
}
