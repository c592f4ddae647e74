import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { emptyDigest, type Digest } from './digest.js';
import { NO_PIECE, PieceTable } from './piece-table.js';

function digest(seed: number): Digest {
  return emptyDigest().map((_, i) => Math.imul(seed + i, 0x9e3779b1));
}

describe('a table of pieces', () => {
  it('finds each of many again, and no other', () => {
    const table = new PieceTable(46 * 10_000);
    for (let i = 0; i < 5000; i += 1) table.add(digest(i), 3, i, i * 2, i + 1);
    for (let i = 0; i < 5000; i += 1) {
      const piece = table.find(digest(i), i + 1);
      const place = [table.levelOf(piece), table.frameOf(piece), table.startOf(piece), table.lengthOf(piece)];
      assert.deepEqual(place, [3, i, i * 2, i + 1]);
    }
    assert.equal(table.find(digest(5000), 5001), NO_PIECE);
    assert.equal(table.find(digest(7), 9), NO_PIECE, 'another length');
  });

  it('keeps the first of equal ones', () => {
    const table = new PieceTable(1 << 12);
    table.add(digest(1), 0, 5, 0, 10);
    table.add(digest(1), 1, 6, 0, 10);
    assert.equal(table.frameOf(table.find(digest(1), 10)), 5);
    assert.equal(table.count, 1);
  });

  it('holds as many as its memory has room for', () => {
    const table = new PieceTable(46 * 2000 + 45);
    for (let i = 0; i < 3000; i += 1) table.add(digest(i), 0, i, 0, 1);
    assert.equal(table.count, 2000);
    assert.notEqual(table.find(digest(1999), 1), NO_PIECE);
    assert.equal(table.find(digest(2000), 1), NO_PIECE);
  });

  it('finds nothing without memory', () => {
    const table = new PieceTable(0);
    table.add(digest(1), 0, 0, 0, 1);
    assert.equal(table.find(digest(1), 1), NO_PIECE);
  });

  it('tells which contents a piece fits: those with its own sizes and larger', () => {
    const table = new PieceTable(1 << 12);
    table.add(digest(1), 2, 0, 0, 1, 1);
    table.add(digest(2), 2, 0, 0, 1);
    assert.deepEqual(
      [-5, 0, 1, 2].map((doublings) => table.isWholeAmong(doublings, 0)),
      [false, false, true, true],
    );
    assert.ok(table.isWholeAmong(-5, 1));
    assert.equal(table.levelOf(0), 2);
  });
});
