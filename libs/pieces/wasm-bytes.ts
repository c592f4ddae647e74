/** What it takes to write a small WebAssembly module by hand: section 5 of its specification, and the acts we need. */

const I32 = 0x7f;

export const wasm = {
  loop: [0x03, 0x40],
  ifThen: [0x04, 0x40],
  end: [0x0b],
  return: [0x0f],
  /** Goes on at the loop around it, when the top of the stack is not 0. */
  againIf: [0x0d, 0x00],
  add: [0x6a],
  shiftLeft: [0x74],
  isLessUnsigned: [0x49],
  get: (local: number) => [0x20, local],
  tee: (local: number) => [0x22, local],
  constant: (value: number) => [0x41, ...signed(value)],
  /** Replaces an address by the byte there, `offset` bytes on. */
  loadByte: (offset: number) => [0x2d, 0x00, ...unsigned(offset)],
  loadWord: (offset: number) => [0x28, 0x02, ...unsigned(offset)],
} as const;

/** The types of it are in TypeScript's library for browsers, which we do without. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

/** A function of so many numbers to one, all of 32 bits, and the 64 KiB of memory that it works on. */
export function functionOf<P extends number[]>(
  parameters: P['length'],
  body: readonly number[],
): { readonly run: (...given: P) => number; readonly memory: ArrayBuffer } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(moduleOf(parameters, body));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  return { run: exports.run as (...given: P) => number, memory: memory.buffer };
}

/** A module that takes `host.memory` and gives `run`. */
function moduleOf(parameters: number, body: readonly number[]): Uint8Array {
  const code = [0x00, ...body, ...wasm.end];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, parameters, ...Array<number>(parameters).fill(I32), 1, I32]),
    ...section(2, [1, ...name('host'), ...name('memory'), 0x02, 0x00, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('run'), 0x00, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text, 'latin1')];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
