import type { ListOptions } from '#control';
import type { Page } from '#metadata';
import type { ListRequest } from './list-request.js';
import { matches } from './search.js';

/** The documents of a list. A search looks through all there are, and counts limit and offset in what it has found. */
export async function listed<Row, Document extends Readonly<Record<string, unknown>>>(
  { search, limit, offset }: ListRequest,
  list: (options: ListOptions) => Promise<Page<Row>>,
  show: (row: Row) => Document,
): Promise<Document[]> {
  if (!search) return (await list({ limit, offset })).rows.map(show);
  const { rows } = await list({});
  const found = rows.map(show).filter((document) => matches(search, document));
  return found.slice(offset, offset + limit);
}
