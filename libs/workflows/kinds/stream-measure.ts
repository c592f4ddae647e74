import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, LEVEL, MEASURED, STREAM } from './slots.js';

/** Reads the source as a backup would and stores nothing: what a dry run shows. */
export function streamMeasure(parts: Parts): StepKind {
  return defineStep({
    name: 'stream.measure',
    summary: 'Reads the source and counts what a backup would store',
    reads: [BACKUP_ORDER, LEVEL],
    writes: [MEASURED, STREAM],
    run: async (context) => {
      const { source } = context.get(BACKUP_ORDER);
      const archive = parts.engine.archive(source, context.get(LEVEL).base?.state, context.signal);
      const total = { entries: 0, files: 0, bytes: 0, streamBytes: 0 };
      try {
        for await (const { bytes, entries } of archive.parts) {
          total.streamBytes += bytes.length;
          total.entries += entries.length;
          total.files += entries.filter((entry) => entry.type === 'file').length;
          for (const { size } of entries) total.bytes += size;
          context.emit({ name: 'progress', facts: { files: total.files, bytes: total.streamBytes } });
        }
        const outcome = await archive.outcome();
        for (const notice of outcome.notices) context.emit({ name: 'notice', facts: { ...notice } });
        context.set(STREAM, outcome);
      } finally {
        await archive.close();
      }
      context.set(MEASURED, total);
    },
  });
}
