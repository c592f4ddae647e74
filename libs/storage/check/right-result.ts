import { isFailure, type Failure } from '#kernel';

/** What one kind of call came to: `denied` by a right that is missing, `failed` for any other reason. */
export type RightResult =
  | { readonly state: 'allowed' }
  | { readonly state: 'denied'; readonly failure: Failure }
  | { readonly state: 'failed'; readonly failure: Failure };

export const ALLOWED: RightResult = { state: 'allowed' };

/** What says that this is not the right place, or not the right user: there is no more to find out then. */
const HOPELESS = [
  'storage.login-refused',
  'storage.host-untrusted',
  'storage.certificate-untrusted',
  'storage.address-invalid',
  'storage.closed',
] as const;
const UNREACHED = ['storage.unavailable', 'storage.timeout'] as const;
const DENIED = ['storage.access-denied', 'storage.read-only', 'storage.object-held'] as const;

/** Tries one call after the other, and remembers whether the storage has ever answered. */
export class RightTrials {
  #hasAnswered = false;

  /**
   * What became of the call; `act` throws a Failure to say that it failed. Rejects with what makes further trials
   * hopeless: a refused login, a host that is not trusted, a storage that has not answered once; and with what is no
   * Failure, such as the reason of an abort.
   */
  async of(act: () => Promise<void>): Promise<RightResult> {
    try {
      await act();
    } catch (error) {
      const isHopeless =
        isFailure(error, ...HOPELESS) || (!this.#hasAnswered && isFailure(error, ...UNREACHED));
      if (!isFailure(error) || isHopeless) throw error;
      this.#hasAnswered = true;
      return { state: isFailure(error, ...DENIED) ? 'denied' : 'failed', failure: error };
    }
    this.#hasAnswered = true;
    return ALLOWED;
  }
}
