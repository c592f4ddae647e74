import { defaulted, optional } from '../agent-option.js';
import { size, wholeNumber } from '../values/option-values.js';

/** How much is done and held at a time. */
export const paceOptions = {
  concurrency: defaulted((facts) => Math.min(facts.processors + 1, 8), {
    name: 'concurrency',
    schema: wholeNumber(1, 256),
    metavar: 'N',
    help: 'how much is compressed and sealed at the same time (default one more than processors, at most 8)',
    actions: ['backup', 'restore', 'verify', 'cat'],
  }),
  queueSize: optional({
    name: 'queue-size',
    schema: wholeNumber(1, 4096),
    metavar: 'N',
    help: 'frames read ahead of what is stored, in work or waiting (default one more than --concurrency)',
    actions: ['backup'],
  }),
  memoryLimit: optional({
    name: 'memory-limit',
    schema: size('64MiB', '1TiB'),
    metavar: 'SIZE',
    help: 'memory of the whole agent, kept by holding fewer segments (default a segment and an eighth beside the rest)',
    actions: ['backup'],
  }),
} as const;
