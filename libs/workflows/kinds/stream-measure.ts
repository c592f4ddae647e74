import { EntryTally } from '#domain';
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
      const tally = new EntryTally();
      let streamBytes = 0;
      try {
        for await (const part of archive.parts) {
          streamBytes += part.bytes.length;
          if (part.lines) tally.addAll(part.lines.totals);
          else for (const entry of part.entries) tally.add(entry);
          context.emit({ name: 'progress', facts: { files: tally.files, bytes: streamBytes } });
        }
        const outcome = await archive.outcome();
        for (const notice of outcome.notices) context.emit({ name: 'notice', facts: { ...notice } });
        context.set(STREAM, outcome);
      } finally {
        await archive.close();
      }
      const { entries, files, contentBytes: bytes } = tally;
      context.set(MEASURED, { entries, files, bytes, streamBytes });
    },
  });
}
