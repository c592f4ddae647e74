import { z } from '#kernel';
import type { PageView } from '#node-protocol';
import type { Page } from '#metadata';

/** The part of a query that every list has. Extend it with the filters of a list: `pageQuery.extend({ … })`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('items of one answer at most'),
  offset: z.coerce.number().int().min(0).default(0).describe('items to pass over'),
});
export type PageQuery = z.infer<typeof pageQuery>;

/** A page as it is answered. */
export function pageView<Row, Item>(
  { rows, total }: Page<Row>,
  { limit, offset }: PageQuery,
  show: (row: Row) => Item,
): PageView<Item> {
  return { items: rows.map(show), total, offset, limit };
}
