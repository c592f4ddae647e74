import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baseFor, restorePointOf } from '#domain';
import { asFailure, invariant, isFailure } from '#kernel';
import {
  knownPieces,
  listBackups,
  openChain,
  StateCache,
  type BackupListing,
  type Container,
} from '#backup-set';
import type { EngineState } from '#engines';
import { dropLateCopies } from '../copies-of-base.js';
import type { BackupOrder } from '../orders.js';
import type { Parts } from '../parts.js';
import { selectionOf } from '../selection.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, CONTAINER, LEVEL, type ChosenLevel } from './slots.js';

/**
 * Looks at what is stored and decides the level. A base that cannot be used (its chain is broken, its state is damaged)
 * leads to a full backup that says why, never to an increment on sand.
 */
export function levelChoose(parts: Parts): StepKind {
  return defineStep({
    name: 'level.choose',
    summary: 'Decides the level, and fetches the state of the base',
    reads: [BACKUP_ORDER, CONTAINER],
    writes: [LEVEL],
    run: async (context) => {
      const container = context.get(CONTAINER);
      const statePath = join(parts.workDirectory, 'base-state');
      const chosen = container
        ? await choose(parts, container, context, statePath)
        : { level: 0, reason: 'level 0: there is no earlier backup' };
      context.set(LEVEL, chosen);
      context.emit({ name: 'level-chosen', facts: { level: chosen.level, reason: chosen.reason } });
      return statePath;
    },
    release: async (statePath) => {
      await rm(statePath, { force: true });
      await rm(ownCache(parts), { recursive: true, force: true });
    },
  });
}

async function choose(
  parts: Parts,
  container: Container,
  context: StepContext,
  statePath: string,
): Promise<ChosenLevel> {
  const order = context.get(BACKUP_ORDER);
  const listing = await listSeries(parts, order, context);
  if (!listing) return { level: 0, reason: `level 0: ${NOT_LISTED}` };
  const { listed, backups } = listing;
  const decision = baseFor(backups, { ...order.policy, engine: parts.engine.name }, parts.clock.now());
  if (!decision.base) {
    const isHidden = listing.damaged.some(({ failure }) => isDenied(failure));
    const reason = isHidden ? `level 0: ${NOT_READ}` : decision.reason;
    return { level: decision.level, reason: backups.length > 0 ? decision.reason : reason };
  }
  const base = decision.base;
  try {
    const point = restorePointOf(base.id, backups);
    const chain = openChain({ ...parts, container, cache: cacheOf(parts) }, point, listed);
    const reader = chain.at(-1);
    invariant(reader, 'a restore point has levels');
    if (reader.manifest.selection !== selectionOf(order.source)) {
      return { level: 0, reason: 'level 0: the source, or what is left out of it, is not that of the base' };
    }
    if (parts.copies && !(await dropLateCopies(parts.copies, chain, context.signal))) {
      return { level: 0, reason: `level 0: no storage holds all that base ${base.id} stands on` };
    }
    const state = await fetched(reader.state(context.signal), statePath);
    // Read once here, so that one that cannot be read is found while there is still a choice.
    if (parts.engine.framing === 'content-defined') {
      for await (const _ of knownPieces(chain, context.signal)) continue;
    }
    return { level: decision.level, reason: decision.reason, base: { listed: reader.listed, state, chain } };
  } catch (error) {
    const failure = asFailure(error);
    if (failure.kind !== 'corrupt' && !isDenied(failure)) throw failure;
    return { level: 0, reason: `level 0: the base ${base.id} cannot be used: ${failure.message}` };
  }
}

/**
 * Without a place to keep them, pieces are kept for this run alone, since they are read twice. A state is read once.
 */
function cacheOf(parts: Parts): StateCache | undefined {
  const { engine, log, stateCache } = parts;
  if (stateCache) return new StateCache(stateCache.directory, log);
  return engine.framing === 'content-defined' ? new StateCache(ownCache(parts), log) : undefined;
}

function ownCache({ workDirectory }: Parts): string {
  return join(workDirectory, 'base-documents');
}

async function listSeries(
  { storage }: Parts,
  order: BackupOrder,
  context: StepContext,
): Promise<BackupListing | undefined> {
  const { hostname, name } = order;
  try {
    const listing = await listBackups(storage, { hostname, name }, context.signal, 'are-damaged');
    for (const { placed, failure } of listing.damaged) {
      const event = isDenied(failure) ? 'backup-unreadable' : 'backup-damaged';
      context.emit({ name: event, facts: { backup: placed.id, message: failure.message } });
    }
    return listing;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return undefined;
  }
}

/** Of a client that may only write, and has lost what it remembered. */
const NOT_READ = 'earlier backups may not be read by this client, and are not remembered here';
const NOT_LISTED = 'earlier backups may not be listed by this client, and are not remembered here';

function isDenied(error: unknown): boolean {
  return isFailure(error, 'storage.access-denied');
}

/** The whole state, checked to its last byte, in a file: an engine must not begin with a state that breaks off. */
async function fetched(state: { open(): AsyncIterable<Uint8Array> }, path: string): Promise<EngineState> {
  const file = await open(path, 'w', 0o600);
  try {
    for await (const bytes of state.open()) await file.write(bytes);
  } finally {
    await file.close();
  }
  return { open: () => createReadStream(path) as AsyncIterable<Buffer> };
}
