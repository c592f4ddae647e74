const MADE = /^[0-9a-f]{32}$/;
const SHORTEST = 8;

/** Ids with as many characters as tell them apart; those that a person has chosen stay whole. */
export function shortIds(ids: readonly string[]): readonly string[] {
  const made = [...new Set(ids.filter((id) => MADE.test(id)))];
  let length = SHORTEST;
  while (new Set(made.map((id) => id.slice(0, length))).size < made.length) length += 1;
  return ids.map((id) => (MADE.test(id) ? id.slice(0, length) : id));
}
