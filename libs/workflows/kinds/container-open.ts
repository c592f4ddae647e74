import { isFailure, z } from '#kernel';
import { openContainer, openOrCreateContainer, seedCopies } from '#backup-set';
import type { Parts } from '../parts.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, CONTAINER } from './slots.js';

const params = z.strictObject({ create: z.boolean().default(true) });

/** Opens the container of a backup; makes it when there is none yet, unless it is only to be looked at. */
export function containerOpen(parts: Parts): StepKind {
  return defineStep({
    name: 'container.open',
    summary: 'Opens the container, or makes a new one in an empty place',
    params,
    reads: [BACKUP_ORDER],
    writes: [CONTAINER],
    run: async (context, { create }) => {
      const { passphrase, passphraseCost } = context.get(BACKUP_ORDER);
      if (!create) return look(parts, context, passphrase);
      if (parts.copies) await seedCopies(parts.copies, context.signal);
      const options = { now: parts.clock.now(), passphrase, cost: passphraseCost };
      const { container, created } = await openOrCreateContainer(parts.storage, options, context.signal);
      // Without the key nothing could be written; better to say so now than after the source was read.
      if (container.encrypted) container.master();
      context.set(CONTAINER, container);
      if (created)
        context.emit({
          name: 'container-created',
          facts: { container: container.id, encrypted: container.encrypted },
        });
    },
  });
}

async function look(parts: Parts, context: StepContext, passphrase: string | undefined): Promise<void> {
  try {
    const unlock = passphrase === undefined ? undefined : { kind: 'passphrase' as const, passphrase };
    const container = await openContainer(parts.storage, unlock, context.signal);
    if (container.encrypted) container.master();
    context.set(CONTAINER, container);
  } catch (error) {
    if (!isFailure(error, 'container.missing')) throw error;
    context.set(CONTAINER, undefined);
  }
}
