import { table } from '../../process/table.js';
import type { ApiCommandContext } from '../api-commands/api-command.js';
import { fieldLines } from './fields.js';
import { shortIds } from './short-ids.js';

/** A column of a list: its head, and what stands in it. Ids are shortened. */
export type Column<View> = readonly [head: string, cell: (view: View) => string | undefined, is?: 'id'];

/** One document: as the API answers it, or for people. */
export function showOne({ cli, config }: ApiCommandContext, document: object): void {
  if (config.json) return cli.say(JSON.stringify(document));
  for (const line of fieldLines(document)) cli.say(line);
}

/** What was done to a document: the document, or for people a line. */
export function showChanged({ cli, config }: ApiCommandContext, document: object, line: string): void {
  cli.say(config.json ? JSON.stringify(document) : line);
}

/** A list: the documents as one JSON array, or a table. */
export function showList<View>(
  { cli, config }: ApiCommandContext,
  { many, columns }: { readonly many: string; readonly columns: readonly Column<View>[] },
  {
    items,
    total,
    offset,
  }: { readonly items: readonly View[]; readonly total: number; readonly offset: number },
): void {
  if (config.json) return cli.say(JSON.stringify(items));
  if (items.length === 0) return cli.note(total === 0 ? `no ${many}` : `no ${many} after the first ${total}`);
  const shown = columns.map(([, cell, is]) => {
    const cells = items.map((view) => cell(view) ?? '');
    return is === 'id' ? shortIds(cells) : cells;
  });
  const rows = items.map((_, row) => shown.map((cells) => cells[row] ?? ''));
  const lines = table(
    columns.map(([head]) => head),
    rows,
  );
  for (const line of lines) cli.say(line);
  if (items.length < total) {
    cli.note(`${offset + 1} to ${offset + items.length} of ${total} ${many}; --all shows everything`);
  }
}
