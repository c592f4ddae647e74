import fc from 'fast-check';
import type { Id, ProjectId } from '#kernel';
import type { Stores } from '../metadata.js';
import { KINDS } from './kinds-under-test.js';

/** One call of a store, on one of few documents, so that calls meet. */
export interface Act {
  readonly verb: 'insert' | 'update' | 'remove' | 'get' | 'list';
  readonly kind: number;
  readonly id: number;
  /** Chooses the natural key. */
  readonly key: number;
  readonly second: number;
  readonly rich: boolean;
  readonly json: object;
  readonly offset: number;
  readonly limit: number;
}

const few = fc.nat({ max: 2 });
// As JSON gives it: -0 is 0 there.
const json = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)) as object);

export const actArbitrary: fc.Arbitrary<Act> = fc.record({
  verb: fc.constantFrom('insert', 'insert', 'update', 'remove', 'get', 'list'),
  kind: fc.nat({ max: KINDS.length - 1 }),
  ...{ id: few, key: few, second: few, rich: fc.boolean(), json, offset: few, limit: few },
});

export async function doAct(stores: Stores, act: Act, project: ProjectId): Promise<unknown> {
  const { store } = KINDS[act.kind]!;
  const own = store(stores);
  const id = `${project}-${act.id}` as Id<string>;
  switch (act.verb) {
    case 'insert':
      return own.insert(documentOf(act, project));
    case 'update':
      return own.update(documentOf(act, project));
    case 'remove':
      return own.remove(id);
    case 'get':
      return own.get(id, act.rich ? 'lock' : undefined);
    case 'list':
      return own.list({ where: { project }, offset: act.offset, limit: act.limit, newestFirst: act.rich });
  }
}

function documentOf(act: Act, project: ProjectId) {
  const { plain, full } = KINDS[act.kind]!;
  const base = plain({ id: `${project}-${act.id}`, project, createdAt: new Date(act.second * 1000) });
  const rich = full(base);
  const key = `${project}-${act.key}`;
  const own = {
    ...{ clientId: key, occurrence: key, name: key, jobId: project, runId: project, claimId: 'claim' },
    ...{ metadata: { ...act.json, backup_id: key }, settings: act.json, capabilities: act.json },
  };
  const known = Object.entries(own).filter(([field]) => field in rich);
  return { ...(act.rich ? rich : base), ...Object.fromEntries(known) };
}
