import { isDeepStrictEqual } from 'node:util';
import { z } from '#kernel';

type Document = Readonly<Record<string, unknown>>;

const pairs = z.array(z.record(z.string(), z.unknown()));

/** The body of a GET that searches. Further keys are let pass. */
export const searchRequest = z.looseObject({ match: pairs.optional(), match_not: pairs.optional() });

/** What documents must have, and what they must not have. */
export interface Search {
  readonly match: readonly Document[];
  readonly matchNot: readonly Document[];
}

/**
 * The search that a body asks for; `undefined` when it asks for all there is. `_all` stands for a whole `match`, as the
 * text of a JSON list; with another text it asks for nothing, as in Freezer.
 */
export function searchOf({ match, match_not: matchNot }: z.infer<typeof searchRequest>): Search | undefined {
  if (!match && !matchNot) return undefined;
  const all = match?.find((item) => Object.hasOwn(item, '_all'));
  if (!all) return { match: match ?? [], matchNot: matchNot ?? [] };
  const listed = listIn(all['_all']);
  return listed && { match: listed, matchNot: [] };
}

/** Whether all of `match` is in the document, at any depth, and nothing of `match_not`. */
export function matches(search: Search, document: Document): boolean {
  const has = (item: Document) =>
    Object.entries(item).every(([key, wanted]) => isDeepStrictEqual(valueOf(document, key) ?? null, wanted));
  return search.match.every(has) && !search.matchNot.some(has);
}

/** The value that a document must have under this key, if the search demands one. */
export function demanded(search: Search | undefined, key: string): unknown {
  return search?.match.find((item) => Object.hasOwn(item, key))?.[key];
}

/** The last value with this key, objects and lists gone through from the top. */
function valueOf(document: unknown, key: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined;
  let found: unknown;
  for (const [name, value] of Object.entries(document) as [string, unknown][]) {
    const here = !Array.isArray(document) && name === key ? value : valueOf(value, key);
    if (here !== undefined) found = here;
  }
  return found;
}

function listIn(text: unknown): readonly Document[] | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return pairs.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
