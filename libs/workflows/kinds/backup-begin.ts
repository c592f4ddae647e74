import { backupId, invariant, isFailure } from '#kernel';
import { BackupSetWriter, StateCache, type JournalOrder, type TakenUpBackup } from '#backup-set';
import type { Parts } from '../parts.js';
import { journalOrderOf, resumed } from '../resuming.js';
import { selectionOf } from '../selection.js';
import { sweep } from '../swept-orphan.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, CONTAINER, INTERRUPTED, LEVEL, RECEIPT, WRITER } from './slots.js';

/**
 * Opens a new backup in the container, or an interrupted one again. Undone, nothing of it remains, unless the storage was
 * cut off: then a later run may go on with it.
 */
export function backupBegin(parts: Parts): StepKind {
  return defineStep({
    name: 'backup.begin',
    summary: 'Opens a new backup in the container, or an interrupted one again',
    reads: [BACKUP_ORDER, CONTAINER, INTERRUPTED, LEVEL],
    optional: [RECEIPT],
    writes: [WRITER],
    run: async (context) => {
      const order = context.get(BACKUP_ORDER);
      const container = context.get(CONTAINER);
      invariant(container, 'a backup has a container');
      const { level, base } = context.get(LEVEL);
      const journalOrder = journalOrderOf(parts, order, container, context.get(LEVEL));
      const takenUp = await takenUpIn(parts, journalOrder, context);
      // Of this run, which reads everything anew: what changed since the interrupted one began is in it.
      const startedAt = parts.clock.now();
      const id = takenUp?.interrupted.backup ?? backupId(startedAt, parts.random(4));
      const chain = base?.listed.backup.chain ?? id;
      const codec = await parts.openCodec(order.compression, order.compressionLevel);
      const documentCodec = await parts.openCodec('zstd');
      const { storage, lanes, workDirectory, tableBytes, writer: identity } = parts;
      const writer = await BackupSetWriter.begin(
        {
          ...{ storage, container, codec, documentCodec, lanes, workDirectory, tableBytes },
          stateCache: parts.stateCache && new StateCache(parts.stateCache.directory, parts.log),
          maxSegmentBytes: order.maxSegmentBytes,
          limits: order.limits,
          journal: parts.stateCache && {
            ...{ directory: parts.stateCache.directory, order: journalOrder, log: parts.log },
          },
          writer: identity,
        },
        {
          ...{ id, level, startedAt, chain, takenUp },
          base: base && { backup: base.listed.backup, manifestDigest: base.listed.read.digest },
          framing: parts.engine.framing,
          below: base?.chain,
          hostname: order.hostname,
          name: order.name,
          engine: parts.engine.name,
          ...(order.labels ? { labels: order.labels } : {}),
          source: order.source.root,
          selection: selectionOf(order.source),
          program: order.program,
        },
        context.signal,
      );
      context.set(WRITER, writer);
      context.emit({
        name: 'backup-begun',
        facts: { backup: id, level, chain },
      });
      return { writer, close: () => Promise.all([codec.close(), documentCodec.close()]) };
    },
    undo: async ({ writer }, context) => {
      if (await writer.setAside()) {
        const { folder } = writer;
        return context.emit({ name: 'set-aside', facts: { folder } });
      }
      await ifAllowed(() => writer.abandon(context.signal), 'failed-backup', writer, context);
    },
    release: async ({ writer, close }, context) => {
      await ifAllowed(() => writer.close(context.has(RECEIPT)), 'writer-mark', writer, context);
      await close();
    },
  });
}

/** The interrupted backup, when this run can go on with it; what cannot be gone on with is taken away. */
async function takenUpIn(
  parts: Parts,
  order: JournalOrder,
  context: StepContext,
): Promise<TakenUpBackup | undefined> {
  const interrupted = context.get(INTERRUPTED);
  if (!interrupted) return undefined;
  const { left, orphan } = interrupted;
  const takenUp = await resumed(parts, left, order, context.signal);
  const facts = { backup: left.backup };
  if (typeof takenUp !== 'string') {
    const { segments } = left;
    const bytes = segments.reduce((sum, { size }) => sum + size, 0);
    context.emit({ name: 'backup-taken-up', facts: { ...facts, segments: segments.length, bytes } });
    return takenUp;
  }
  context.emit({ name: 'resume-refused', facts: { ...facts, reason: takenUp } });
  await sweep(parts, orphan, context);
  return undefined;
}

/** What a client that may only add has to leave is left to one that may remove: it is told, and fails nothing. */
async function ifAllowed(
  remove: () => Promise<void>,
  what: 'failed-backup' | 'writer-mark',
  { folder }: BackupSetWriter,
  context: StepContext,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isFailure(error, 'storage.access-denied', 'storage.object-held')) throw error;
    const { code, message } = error;
    context.emit({ name: 'cannot-remove', facts: { what, folder, code, message } });
  }
}
