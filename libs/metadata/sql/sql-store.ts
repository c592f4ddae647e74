import { Failure } from '#kernel';
import type {
  EntityManager,
  FindOptionsOrder,
  FindOptionsWhere,
  ObjectLiteral,
  QueryDeepPartialEntity,
} from 'typeorm';
import type { Page, Query, Store } from '../metadata.js';
import type { SqlKind } from './sql-kind.js';

/** Sends a statement of a transaction. */
export type Ask = <T>(statement: (manager: EntityManager) => Promise<T>) => Promise<T>;

interface Row extends ObjectLiteral {
  id: string;
  createdAt: Date;
}

/** The documents of one kind, in their table. */
export function sqlStore<Document extends { readonly id: string }, R extends Row, Filter extends object>(
  kind: SqlKind<Document, R, Filter>,
  ask: Ask,
): Store<Document, Document['id'], Filter> {
  const byId = (id: string) => ({ id }) as FindOptionsWhere<R>;
  const whole = (manager: EntityManager, document: Document) => columnsOf(kind, manager, document);
  return {
    get: (id, lock) =>
      ask(async (manager) => {
        const [row] = await manager.find(kind.row, {
          where: byId(id),
          ...(lock && { lock: { mode: 'pessimistic_write' } }),
        });
        return row && documentOf(kind, row);
      }),
    // Without a conflict PostgreSQL would end the transaction, and nobody could look who was there first.
    insert: (document) =>
      ask(async (manager) => {
        const insert = manager.createQueryBuilder().insert().into(kind.row).values(whole(manager, document));
        const done = await insert.orIgnore().returning('id').updateEntity(false).execute();
        if ((done.raw as unknown[]).length > 0) return;
        throw new Failure('metadata.duplicate', `id or natural key of ${kind.name} ${document.id} is taken`, {
          id: document.id,
        });
      }),
    update: (document) =>
      ask(async (manager) => {
        const { affected } = await manager.update(kind.row, byId(document.id), whole(manager, document));
        if (affected === 1) return;
        throw new Failure('metadata.failed', `no ${kind.name} ${document.id} to update`, { id: document.id });
      }),
    remove: (id) => ask(async (manager) => (await manager.delete(kind.row, byId(id))).affected === 1),
    list: (query) => ask((manager) => pageOf(kind, manager, query)),
  };
}

async function pageOf<Document, R extends Row, Filter extends object>(
  kind: SqlKind<Document, R, Filter>,
  manager: EntityManager,
  query: Query<Filter>,
): Promise<Page<Document>> {
  const { offset = 0, limit } = query;
  const where = whereOf(kind, query.where);
  const direction = query.newestFirst ? 'DESC' : 'ASC';
  const order = { createdAt: direction, id: direction } as FindOptionsOrder<R>;
  const page = { ...(offset > 0 && { skip: offset }), ...(limit !== undefined && { take: limit }) };
  const found = limit === 0 ? [] : await manager.find(kind.row, { where, order, ...page });
  const rows = found.map((row) => documentOf(kind, row));
  // The end of the list is in sight: there is nothing to count.
  const last = rows.length > 0 || offset === 0 ? limit === undefined || rows.length < limit : false;
  return { rows, total: last ? offset + rows.length : await manager.count(kind.row, { where }) };
}

function whereOf<Document, R extends Row, Filter extends object>(
  kind: SqlKind<Document, R, Filter>,
  filter: Filter,
): FindOptionsWhere<R> {
  const names = Object.keys(kind.conditions) as (keyof Filter)[];
  const conditions = names.map((name) => {
    const wanted = filter[name];
    return wanted === undefined || wanted === null ? {} : kind.conditions[name](wanted);
  });
  return Object.assign({}, ...conditions) as FindOptionsWhere<R>;
}

/** Every column of the row, so that an update also empties what the document has no more. */
function columnsOf<Document, R extends Row, Filter>(
  kind: SqlKind<Document, R, Filter>,
  manager: EntityManager,
  document: Document,
): QueryDeepPartialEntity<R> {
  const row: ObjectLiteral = kind.toRow(document);
  const { columns } = manager.dataSource.getMetadata(kind.row);
  const values = columns.map(({ propertyName: name }) => [name, (row[name] as unknown) ?? null]);
  return Object.fromEntries(values) as QueryDeepPartialEntity<R>;
}

function documentOf<Document, R extends Row, Filter>(kind: SqlKind<Document, R, Filter>, row: R): Document {
  const fields = Object.entries(row).filter(([, value]) => value !== null);
  return kind.toDocument(Object.fromEntries(fields) as R);
}
