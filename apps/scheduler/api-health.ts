import type { Failure, Logger } from '#kernel';
import { isRefusal } from './backoff.js';

/** Tells once that the API is away or refuses this account, and once that it is back. */
export class ApiHealth {
  #trouble: string | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly facts: { readonly apiUrl: string; readonly username: string },
  ) {}

  get isWell(): boolean {
    return this.#trouble === undefined;
  }

  failed(failure: Failure): void {
    if (this.#trouble === failure.code) return;
    this.#trouble = failure.code;
    const { code, message, hint } = failure;
    const words = isRefusal(failure)
      ? 'the API refuses this account; trying again every minute'
      : 'the API does not answer as it should; trying again';
    this.logger.error(words, { ...this.facts, code, reason: message, hint });
  }

  answered(): void {
    if (this.#trouble === undefined) return;
    this.#trouble = undefined;
    this.logger.info('the API answers again', { apiUrl: this.facts.apiUrl });
  }
}
