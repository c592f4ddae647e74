import { findInterrupted, findOrphans, type Orphan } from '#backup-set';
import { isFailure } from '#kernel';
import type { Parts } from '../parts.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { sweep } from '../swept-orphan.js';
import { BACKUP_ORDER, CONTAINER, INTERRUPTED, type Interrupted } from './slots.js';

/**
 * Takes away what killed backups of this series have left behind, as far as this client may, but for the one with which
 * this run may go on.
 */
export function orphansSweep(parts: Parts): StepKind {
  return defineStep({
    name: 'orphans.sweep',
    summary: 'Removes the rests of backups that were never finished',
    reads: [BACKUP_ORDER, CONTAINER],
    writes: [INTERRUPTED],
    run: async (context) => {
      const orphans = await found(parts, context);
      const interrupted = await interruptedOf(parts, orphans, context);
      context.set(INTERRUPTED, interrupted);
      for (const orphan of orphans) if (orphan !== interrupted?.orphan) await sweep(parts, orphan, context);
    },
  });
}

async function interruptedOf(
  { stateCache }: Parts,
  orphans: readonly Orphan[],
  context: StepContext,
): Promise<Interrupted | undefined> {
  const order = context.get(BACKUP_ORDER);
  const container = context.get(CONTAINER);
  if (!stateCache || !container || order.resume === false) return undefined;
  const left = await findInterrupted(stateCache.directory, container, order);
  if (!left) return undefined;
  if ('unusable' in left) {
    context.emit({ name: 'resume-refused', facts: { reason: left.unusable } });
    return undefined;
  }
  const orphan = orphans.find(({ found, state }) => found.placed.id === left.backup && state === 'abandoned');
  if (orphan) return { left, orphan };
  const facts = { backup: left.backup, reason: 'it is not there any more, or may not be taken over' };
  context.emit({ name: 'resume-refused', facts });
  return undefined;
}

/** Who may not look for orphans leaves them to others. */
async function found(
  { storage, writerState, clock }: Parts,
  context: StepContext,
): Promise<readonly Orphan[]> {
  const { hostname, name } = context.get(BACKUP_ORDER);
  try {
    return await findOrphans(storage, { hostname, name }, writerState, clock.now(), context.signal);
  } catch (error) {
    if (!isFailure(error, 'storage.access-denied')) throw error;
    context.log.info('orphans may not be looked for', { reason: error.message });
    return [];
  }
}
