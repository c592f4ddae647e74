import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at 1 MiB. The agent passes on buffers that live for a moment; with the usual 16 MiB they
 * pile up between two collections, and with each the memory it holds outside of the heap (measured: 60 MiB less at the
 * peak of a backup, and no more processor time). To be called before anything else is loaded.
 */
export function leanHeap(): void {
  setFlagsFromString('--max-semi-space-size=1');
  setFlagsFromString('--semi-space-growth-factor=1');
}
