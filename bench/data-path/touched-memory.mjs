import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import { roomInMemory, TMPFS } from './targets.mjs';

const PIECE = Buffer.alloc(16 * 1024 ** 2, 1);
/** For programs. */
const AT_LEAST = 1024 ** 3;

/**
 * Uses so much memory and gives it back. A virtual machine's host gives it pages when they are first touched, at up to
 * ten times the price of a page that was in use before; the first contender of a round would pay for all.
 */
export function touchMemory(bytes) {
  const wanted = Math.min(AT_LEAST + bytes, roomInMemory() / 2);
  if (wanted < PIECE.length) return;
  const directory = fs.mkdtempSync(path.join(TMPFS, 'firn-bench-'));
  try {
    const file = fs.openSync(path.join(directory, 'touched'), 'w');
    try {
      for (let at = 0; at < wanted; at += PIECE.length) fs.writeSync(file, PIECE);
    } finally {
      fs.closeSync(file);
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
