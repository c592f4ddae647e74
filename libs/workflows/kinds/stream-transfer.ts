import type { Parts } from '../parts.js';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { BACKUP_ORDER, LEVEL, STREAM, WRITER } from './slots.js';

/** The bytes: engine, frames, segments, storage. */
export function streamTransfer(parts: Parts): StepKind {
  return defineStep({
    name: 'stream.transfer',
    summary: 'Reads the source and stores its stream',
    reads: [BACKUP_ORDER, LEVEL, WRITER],
    writes: [STREAM],
    run: async (context) => {
      const { source } = context.get(BACKUP_ORDER);
      const writer = context.get(WRITER);
      const base = context.get(LEVEL).base?.state;
      const archive = parts.engine.archive(source, base, context.signal, writer.slabs);
      try {
        await writer.write(archive.parts, context.signal, (progress) =>
          context.emit({ name: 'progress', facts: { ...progress } }),
        );
        const outcome = await archive.outcome();
        for (const notice of outcome.notices) context.emit({ name: 'notice', facts: { ...notice } });
        context.set(STREAM, outcome);
        return archive;
      } catch (error) {
        await archive.close();
        throw error;
      }
    },
    release: (archive) => archive.close(),
  });
}
