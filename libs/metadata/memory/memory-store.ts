import { Failure } from '#kernel';
import type { Page, Query, Store } from '../metadata.js';
import { copyOf } from './copy-of.js';
import type { Kind } from './kinds.js';
import type { Draft } from './table.js';

interface Document {
  readonly id: string;
  readonly createdAt: Date;
}

/** The documents of one kind. Copies go in, and copies come out. */
export function memoryStore<Row extends Document, Filter extends object>(
  kind: Kind<Row, Filter>,
  draft: Draft<Row>,
  spoil: (failure: Failure) => void,
): Store<Row, Row['id'], Filter> {
  return {
    get: async (id) => copyOf(draft.rows.get(id)),
    insert: async (row) => {
      if (draft.rows.has(row.id)) throw duplicate(kind.name, row.id, 'id');
      const taken = sameKey(kind, draft, row);
      if (taken) throw taken;
      draft.set(row.id, copyOf(row));
    },
    update: async (row) => {
      if (!draft.rows.has(row.id)) {
        throw new Failure('metadata.failed', `no ${kind.name} ${row.id} to update`, { id: row.id });
      }
      const taken = sameKey(kind, draft, row);
      if (taken) {
        spoil(taken);
        throw taken;
      }
      draft.set(row.id, copyOf(row));
    },
    remove: async (id) => {
      const there = draft.rows.has(id);
      if (there) draft.delete(id);
      return there;
    },
    list: async (query) => {
      const found = [...draft.rows.values()].filter((row) => fulfils(kind, row, query.where));
      return pageOf(found, query);
    },
  };
}

function fulfils<Row, Filter extends object>(kind: Kind<Row, Filter>, row: Row, filter: Filter): boolean {
  const names = Object.keys(kind.conditions) as (keyof Filter)[];
  return names.every((name) => {
    const wanted = filter[name];
    return wanted === undefined || wanted === null || kind.conditions[name](row, wanted);
  });
}

function pageOf<Row extends Document, Filter>(found: Row[], query: Query<Filter>): Page<Row> {
  const { offset = 0, limit = Infinity, newestFirst = false } = query;
  found.sort((a, b) => (newestFirst ? inOrder(b, a) : inOrder(a, b)));
  return { rows: found.slice(offset, offset + limit).map(copyOf), total: found.length };
}

function inOrder(a: Document, b: Document): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : Number(a.id > b.id));
}

function sameKey<Row extends Document, Filter>(
  kind: Kind<Row, Filter>,
  draft: Draft<Row>,
  row: Row,
): Failure | undefined {
  const key = kind.naturalKey(row);
  if (!key) return undefined;
  const text = JSON.stringify(key);
  const others = [...draft.rows.values()].filter((other) => other.id !== row.id);
  const taken = others.some((other) => JSON.stringify(kind.naturalKey(other)) === text);
  return taken ? duplicate(kind.name, row.id, `"${key.join('", "')}"`) : undefined;
}

function duplicate(kind: string, id: string, what: string): Failure {
  return new Failure('metadata.duplicate', `${what} of ${kind} ${id} is taken`, { id });
}
