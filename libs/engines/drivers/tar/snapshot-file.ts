import type { FileHandle } from 'node:fs/promises';
import { Failure } from '#kernel';

/**
 * A piece of a GNU tar snapshot file (format 2, `--listed-incremental`). The file is
 *
 *     GNU tar-<version>-2\n <sec>\0 <nsec>\0
 *     { <nfs 0|1>\0 <mtime sec>\0 <nsec>\0 <device>\0 <inode>\0 <name>\0 { <Y|N|D><name>\0 }* \0 \0 }*
 */
export type SnapshotPiece = SnapshotHead | SnapshotDirectory | SnapshotName | SnapshotEnd;

/** The beginning: who wrote it, and when the dump began. */
export interface SnapshotHead {
  readonly kind: 'head';
  /** First line, without its newline. */
  readonly writer: Buffer;
  readonly timeNs: bigint;
}

export interface SnapshotDirectory {
  readonly kind: 'directory';
  /** `.`, `./a`, `./a/b`: bytes as they are on disk. */
  readonly name: Buffer;
  readonly inode: string;
  /** The five fields before the name, as they stand there. */
  readonly fields: readonly Buffer[];
}

export interface SnapshotName {
  readonly kind: 'name';
  /** Code and name. */
  readonly listed: Buffer;
}

/** The end of the names of a directory. */
export interface SnapshotEnd {
  readonly kind: 'end';
}

const HEAD = /^GNU tar-[\w.~+-]+-2$/;
const NUMBER = /^-?\d{1,20}$/;
const CODES = new Set([...'YND'].map((code) => code.charCodeAt(0)));
const LONGEST_FIELD = 64 << 10;
const STRIDE = 64 << 10;
const BILLION = 1_000_000_000n;

/**
 * Reads a snapshot file; pieces come in groups, as many as one buffer held. Rejects with `engine.state-malformed` when it
 * is none or breaks off. Memory held: one buffer of the source, and the pieces of 64 KiB of it.
 */
export async function* readSnapshot(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly SnapshotPiece[]> {
  const reader = new SnapshotReader();
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; at += STRIDE) yield reader.push(piece.subarray(at, at + STRIDE));
  }
  reader.finish();
}

/** Copies a snapshot file, group by group, as `choose` has it. */
export async function rewriteSnapshot(
  bytes: AsyncIterable<Uint8Array>,
  to: FileHandle,
  choose: (group: readonly SnapshotPiece[]) => readonly SnapshotPiece[] | Promise<readonly SnapshotPiece[]>,
): Promise<void> {
  for await (const group of readSnapshot(bytes)) {
    await to.writeFile(Buffer.concat((await choose(group)).map(snapshotBytes)));
  }
}

/** The bytes of a piece. */
export function snapshotBytes(piece: SnapshotPiece): Buffer {
  switch (piece.kind) {
    case 'head': {
      const seconds = piece.timeNs / BILLION;
      return Buffer.concat([piece.writer, Buffer.from(`\n${seconds}\0${piece.timeNs % BILLION}\0`)]);
    }
    case 'directory':
      return Buffer.concat([...piece.fields, piece.name].flatMap((field) => [field, NUL]));
    case 'name':
      return Buffer.concat([piece.listed, NUL]);
    case 'end':
      return Buffer.concat([NUL, NUL]);
  }
}

const NUL = Buffer.of(0);

class SnapshotReader {
  #rest: Buffer = Buffer.alloc(0);
  #writer: Buffer | undefined;
  #hasTime = false;
  /** Fields that have been read of a thing that needs more of them. */
  #fields: Buffer[] = [];
  #place: 'between' | 'names' | 'end' = 'between';

  push(bytes: Uint8Array): SnapshotPiece[] {
    // A copy, so that what is kept for the next time outlives the caller's buffer.
    const data = Buffer.concat([this.#rest, bytes]);
    const pieces: SnapshotPiece[] = [];
    let start = this.#writer ? 0 : this.#takeWriter(data);
    while (this.#writer) {
      const end = data.indexOf(0, start);
      if (end < 0) break;
      const piece = this.#take(data.subarray(start, end));
      if (piece) pieces.push(piece);
      start = end + 1;
    }
    this.#rest = data.subarray(start);
    if (this.#rest.length > LONGEST_FIELD) throw malformed('a field is too long');
    return pieces;
  }

  finish(): void {
    if (!this.#hasTime) throw malformed('it has no time');
    const isDone = this.#place === 'between' && this.#fields.length === 0 && this.#rest.length === 0;
    if (!isDone) throw malformed('it breaks off');
  }

  #takeWriter(data: Buffer): number {
    const end = data.indexOf('\n');
    if (end < 0 && data.length < 100) return 0;
    if (!HEAD.test(data.toString('latin1', 0, Math.max(0, end))))
      throw malformed('it does not begin like one of format 2');
    this.#writer = data.subarray(0, end);
    return end + 1;
  }

  #take(field: Buffer): SnapshotPiece | undefined {
    if (this.#place === 'names') return this.#takeName(field);
    if (this.#place === 'end') {
      if (field.length > 0) throw malformed('a directory does not end');
      this.#place = 'between';
      return { kind: 'end' };
    }
    this.#fields.push(field);
    return this.#hasTime ? this.#takeDirectory() : this.#takeTime();
  }

  #takeTime(): SnapshotHead | undefined {
    const [seconds, ns] = this.#fields;
    if (!this.#writer || !seconds || !ns) return undefined;
    const timeNs = BigInt(digits(seconds)) * BILLION + BigInt(digits(ns));
    this.#fields = [];
    this.#hasTime = true;
    return { kind: 'head', writer: this.#writer, timeNs };
  }

  #takeDirectory(): SnapshotDirectory | undefined {
    if (this.#fields.length < 6) return undefined;
    const name = this.#fields.pop() as Buffer;
    const fields = this.#fields;
    const [, , , , inode] = fields.map(digits);
    if (name.length === 0) throw malformed('a directory has no name');
    this.#fields = [];
    this.#place = 'names';
    return { kind: 'directory', name, inode: inode as string, fields };
  }

  #takeName(field: Buffer): SnapshotName | undefined {
    if (field.length === 0) {
      this.#place = 'end';
      return undefined;
    }
    if (field.length < 2 || !CODES.has(field[0] as number)) throw malformed('a name has no code');
    return { kind: 'name', listed: field };
  }
}

function digits(field: Buffer): string {
  const text = field.toString('latin1');
  if (!NUMBER.test(text)) throw malformed('a number is none');
  return text;
}

function malformed(what: string): Failure {
  return new Failure(
    'engine.state-malformed',
    `the state of the last backup is no snapshot file of GNU tar: ${what}`,
  );
}
