import { isFailure, type FailureCode, type Schema, type z } from '#kernel';
import { pageOf, type PageView } from '#node-protocol';
import type { Connection } from './connection.js';

export type Filters = Readonly<Record<string, string | number | boolean | undefined>>;

/** Documents of one kind: `/api/v1/<name>`. */
export interface Resource<View, Spec = never, Patch = Spec> {
  list(filters?: Filters, signal?: AbortSignal): Promise<PageView<View>>;
  /** Every document, page by page. */
  all(filters?: Filters, signal?: AbortSignal): AsyncIterable<View>;
  get(id: string, signal?: AbortSignal): Promise<View>;
  create(spec: Spec, signal?: AbortSignal): Promise<View>;
  update(id: string, patch: Patch, signal?: AbortSignal): Promise<View>;
  /** False when there was none. */
  remove(id: string, signal?: AbortSignal): Promise<boolean>;
}

const PAGE = 500;

/** `missing` is the failure that says that there is no such document. */
export function resource<View, Spec, Patch>(
  connection: Connection,
  name: string,
  view: Schema<View>,
  missing: FailureCode,
): Resource<View, Spec, Patch> {
  const root = `/api/v1/${name}`;
  const one = (id: string) => `${root}/${encodeURIComponent(id)}`;
  const page = pageOf(view as z.ZodType<View>) as Schema<PageView<View>>;
  const list = (filters: Filters = {}, signal?: AbortSignal) =>
    connection.ask(page, { method: 'GET', path: root, query: filters, signal });
  return {
    list,
    async *all(filters = {}, signal) {
      for (let offset = 0; ;) {
        const { items, total } = await list({ ...filters, offset, limit: PAGE }, signal);
        yield* items;
        offset += items.length;
        if (items.length === 0 || offset >= total) return;
      }
    },
    get: (id, signal) => connection.ask(view, { method: 'GET', path: one(id), signal }),
    create: (body, signal) => connection.ask(view, { method: 'POST', path: root, body, signal }),
    update: (id, body, signal) => connection.ask(view, { method: 'PATCH', path: one(id), body, signal }),
    async remove(id, signal) {
      try {
        await connection.tell({ method: 'DELETE', path: one(id), signal });
        return true;
      } catch (error) {
        if (isFailure(error, missing)) return false;
        throw error;
      }
    },
  };
}
