import { gear, GEAR_WINDOW, gearHash } from './gear.js';
import { functionOf, wasm } from './wasm-bytes.js';

// Half as fast again as the same in JavaScript, copy included: bounds are checked by the memory's own end.

/** Where the bytes to be scanned lie in the memory of the module: behind the gear table. */
const BYTES_AT = 1024;

/** Bytes that are copied and scanned at once; they stay in a near cache. */
const STRIDE = 16 << 10;

/** Bytes between two looks at the end; so many may be scanned too far. */
const UNROLLED = 16;

const { run: scan, memory } = compiled();
new Int32Array(memory).set(gear);
const bytesThere = new Uint8Array(memory, BYTES_AT, STRIDE);

/**
 * The first place of `from` up to, but without, `to` whose gear hash is below `limit`, or -1. Places are offsets in
 * `bytes`, with {@link GEAR_WINDOW} bytes before the first.
 */
export function firstBelow(bytes: Uint8Array, from: number, to: number, limit: number): number {
  for (let at = from; at < to; at += STRIDE) {
    const count = Math.min(STRIDE, to - at);
    // The byte before a place is the last one that its hash takes in.
    bytesThere.set(bytes.subarray(at - 1, at - 1 + count));
    const before = gearHash(bytes, at - 1, GEAR_WINDOW - 1);
    const found = scan(BYTES_AT, BYTES_AT + count, limit, before) - BYTES_AT;
    if (found >= 0 && found < count) return at + found;
  }
  return -1;
}

/** `run` scans from an address to another, and gives the address of the byte whose hash is below the limit, or 0. */
interface Compiled {
  readonly run: (from: number, to: number, limit: number, hash: number) => number;
  readonly memory: ArrayBuffer;
}

function compiled(): Compiled {
  const [at, to, limit, hash] = [0, 1, 2, 3] as const;
  const { get, tee, constant, loadByte, loadWord, add, shiftLeft, isLessUnsigned } = wasm;
  const steps = Array.from({ length: UNROLLED }, (_, ahead) => [
    ...[...get(hash), ...constant(1), ...shiftLeft],
    ...[...get(at), ...loadByte(ahead), ...constant(2), ...shiftLeft, ...loadWord(0)],
    ...[...add, ...tee(hash), ...get(limit), ...isLessUnsigned],
    ...[...wasm.ifThen, ...get(at), ...constant(ahead), ...add, ...wasm.return, ...wasm.end],
  ]).flat();
  const onward = [...get(at), ...constant(UNROLLED), ...add, ...tee(at), ...get(to), ...isLessUnsigned];
  return functionOf(4, [...wasm.loop, ...steps, ...onward, ...wasm.againIf, ...wasm.end, ...constant(0)]);
}
