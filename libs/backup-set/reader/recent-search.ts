import type { Notice } from '#domain';
import type { Chain } from './chain-reader.js';
import type { LiveEntry } from './live-entry.js';
import type { Wanted } from './wanted.js';

/** Entries that are kept; a search that finds more is made again when it is asked for again. */
const MAX_ENTRIES = 1000;

/** What a search found. */
export interface Found {
  readonly live: readonly LiveEntry[];
  readonly notices: readonly Notice[];
  readonly holes: readonly string[];
}

interface Search {
  readonly wanted: Wanted;
  readonly found: Found;
}

/** The last search of each chain. Stored levels never change, so that it need not be made twice. */
const searches = new WeakMap<Chain, Search>();

/** What the last search of the chain found, if it was for this and found little. */
export function foundBefore(chain: Chain, wanted: Wanted): Found | undefined {
  const search = searches.get(chain);
  return search?.wanted === wanted ? search.found : undefined;
}

/** Takes down what a search finds, to be kept when it has gone through to its end. */
export class SearchLog {
  readonly #live: LiveEntry[] = [];
  #isShort = true;

  *noting(batch: Iterable<LiveEntry>): Generator<LiveEntry, void> {
    for (const live of batch) {
      if (this.#live.length < MAX_ENTRIES) this.#live.push(live);
      else this.#isShort = false;
      yield live;
    }
  }

  keep(chain: Chain, wanted: Wanted, found: Omit<Found, 'live'>): void {
    if (this.#isShort) searches.set(chain, { wanted, found: { ...found, live: this.#live } });
  }
}
