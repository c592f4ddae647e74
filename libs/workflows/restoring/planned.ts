import type { Chain, LiveEntry, RestorePlan, Wanted } from '#backup-set';
import type { Entry } from '#domain';
import { wantedBy } from './path-patterns.js';

/** Several steps ask for the same; a search for the same wish is not made twice. */
const wishes = new WeakMap<Chain, { readonly include: readonly string[]; readonly wanted: Wanted }>();

/** What the include patterns of an order ask for; everything when there are none. The same for the same lists. */
export function wantedIn(chain: Chain, include: readonly string[]): Wanted | undefined {
  if (include.length === 0) return undefined;
  const known = wishes.get(chain);
  if (known?.include === include) return known.wanted;
  const wanted = wantedBy(include, chain.at(-1)?.manifest.source ?? '/');
  wishes.set(chain, { include, wanted });
  return wanted;
}

/** What of an entry a plan knows. */
export interface PlannedEntry extends Pick<LiveEntry, 'reader'> {
  readonly entry: Pick<Entry, 'path' | 'at' | 'span'>;
}

/** Whether an entry is part of a plan. */
export function isPlanned(plan: RestorePlan): (live: PlannedEntry) => boolean {
  const levels = new Map(plan.levels.map((level) => [level.reader, level]));
  const retitled = new Set(plan.levels.flatMap((level) => level.retitled.map(({ path }) => path)));
  return ({ entry, reader }) => {
    const level = levels.get(reader);
    if (!level) return false;
    const end = entry.at + entry.span;
    return (
      level.members.touches(entry.at, end) || level.links.touches(entry.at, end) || retitled.has(entry.path)
    );
  };
}
