import { testBytes } from '#storage/testing';
import { directory, file, synthetic, type Synthetic } from './synthetic.js';

/** A change of a large file, as fractions of its length, so that any of them fits any file. */
export type Edit =
  | {
      readonly does: 'overwrite' | 'insert';
      readonly at: number;
      readonly bytes: number;
      readonly seed: number;
    }
  | { readonly does: 'remove'; readonly at: number; readonly bytes: number };

export function edited(content: Buffer, edit: Edit): Buffer {
  const at = Math.floor(content.length * edit.at);
  const head = content.subarray(0, at);
  if (edit.does === 'remove') return Buffer.concat([head, content.subarray(at + edit.bytes)]);
  const tail = content.subarray(edit.does === 'insert' ? at : at + edit.bytes);
  return Buffer.concat([head, testBytes(edit.bytes, edit.seed), tail]);
}

/** A stream with small files around a large one. */
export function around(large: Buffer): Synthetic {
  return synthetic([
    directory('.', 'Ya', 'Yimage', 'Yz'),
    file('a', testBytes(700, 5)),
    file('image', large),
    file('z', testBytes(3000, 6)),
  ]);
}
