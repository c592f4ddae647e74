import { backupId, invariant, isFailure } from '#kernel';
import { BackupSetWriter, StateCache } from '#backup-set';
import type { Parts } from '../parts.js';
import { selectionOf } from '../selection.js';
import { defineStep, type StepContext, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, CONTAINER, LEVEL, RECEIPT, WRITER } from './slots.js';

/** Opens a new backup in the container. Undone, nothing of it remains. */
export function backupBegin(parts: Parts): StepKind {
  return defineStep({
    name: 'backup.begin',
    summary: 'Opens a new backup in the container',
    reads: [BACKUP_ORDER, CONTAINER, LEVEL],
    optional: [RECEIPT],
    writes: [WRITER],
    run: async (context) => {
      const order = context.get(BACKUP_ORDER);
      const container = context.get(CONTAINER);
      invariant(container, 'a backup has a container');
      const { level, base } = context.get(LEVEL);
      const startedAt = parts.clock.now();
      const id = backupId(startedAt, parts.random(4));
      const codec = await parts.openCodec(order.compression, order.compressionLevel);
      const documentCodec = await parts.openCodec('zstd');
      const { storage, lanes, workDirectory, tableBytes, writer: identity } = parts;
      const writer = await BackupSetWriter.begin(
        {
          ...{ storage, container, codec, documentCodec, lanes, workDirectory, tableBytes },
          stateCache: parts.stateCache && new StateCache(parts.stateCache.directory, parts.log),
          maxSegmentBytes: order.maxSegmentBytes,
          limits: order.limits,
          writer: identity,
        },
        {
          ...{ id, level, startedAt },
          chain: base?.listed.backup.chain ?? id,
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
        facts: { backup: id, level, chain: base?.listed.backup.chain ?? id },
      });
      return { writer, close: () => Promise.all([codec.close(), documentCodec.close()]) };
    },
    undo: ({ writer }, context) =>
      ifAllowed(() => writer.abandon(context.signal), 'failed-backup', writer, context),
    release: async ({ writer, close }, context) => {
      await ifAllowed(() => writer.close(context.has(RECEIPT)), 'writer-mark', writer, context);
      await close();
    },
  });
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
