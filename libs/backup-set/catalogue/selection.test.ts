import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { entryLine, type Entry } from '#domain';
import { failsWith } from '#storage/testing';
import { encodeEnd, encodeNotice } from './catalogue-line.js';
import { lineBatches, readCatalogue } from './catalogue-reader.js';
import { aroundRoots, membersWith, noMembers, type Selection } from './selection.js';

const ENTRY = { type: 'file', mode: 420, uid: 0, gid: 0, mtimeNs: 0n, size: 0, at: 0, span: 512 } as const;
const part = fc.constantFrom(
  'a',
  'ab',
  'b',
  '.a',
  '..b',
  '"',
  '\\',
  'b"',
  'é',
  'e',
  '\n',
  '\udcff',
  'a"/b',
  '\\"',
);
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

function takes(selection: Selection, line: string): boolean {
  const bytes = Buffer.from(`before\n${line}\nbehind`);
  return selection(bytes, 7, 7 + Buffer.byteLength(line));
}

const lineOf = (entry: Partial<Entry>) => entryLine({ path: 'a', ...ENTRY, ...entry }).trimEnd();

describe('a selection by roots', () => {
  it('takes every line about something at or below a root, or on the way to one, however it is written', () => {
    fc.assert(
      fc.property(path, fc.array(path, { minLength: 1, maxLength: 3 }), (given, roots) => {
        const selection = aroundRoots(roots);
        if (!selection) return;
        const isRelated = roots.some(
          (root) => given === root || given.startsWith(`${root}/`) || root.startsWith(`${given}/`),
        );
        if (!isRelated) return;
        assert.ok(takes(selection, lineOf({ path: given })));
        assert.ok(takes(selection, JSON.stringify({ type: 'file', path: given })));
        assert.ok(takes(selection, lineOf({ path: given }).replace('"path":"', '"path": "')));
        const escaped = [...given].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
        assert.ok(takes(selection, `{"path":"${escaped}","type":"file"}`));
      }),
    );
  });

  it('passes over plain paths that have nothing to do with a root', () => {
    const selection = aroundRoots(['a/b/c', 'é']);
    assert.ok(selection);
    for (const beside of ['b', 'a/bc', 'a/b/d', 'a/b/cd', 'ab', 'aé', 'éa', '.a', 'a/b/']) {
      assert.equal(takes(selection, lineOf({ path: beside })), false, beside);
    }
    for (const near of ['.', 'a', 'a/b', 'a/b/c', 'a/b/c/d', 'é', 'é/x']) {
      assert.equal(takes(selection, lineOf({ path: near })), true, near);
    }
  });

  it('takes what is no member', () => {
    const selection = aroundRoots(['x']);
    assert.ok(selection);
    for (const line of [
      encodeNotice({ path: 'a', state: 'skipped', reason: '' }).trimEnd(),
      encodeEnd(1, 2).trimEnd(),
      '',
      '{',
    ]) {
      assert.ok(takes(selection, line), line);
    }
  });

  it('cannot be when a root is the source, or not Unicode', () => {
    assert.equal(aroundRoots(['a', '.']), undefined);
    assert.equal(aroundRoots(['\udcff']), undefined);
  });
});

describe('a selection by paths', () => {
  const asks = (given: string) => given === 'a';

  it('takes members that are asked for, and directories where they matter', () => {
    const table = [
      [{ path: 'a' }, true, true],
      [{ path: 'b' }, false, false],
      [{ path: 'b', type: 'directory' }, true, false],
      [{ path: '\\' }, true, true],
    ] as const;
    for (const [entry, withDirectories, without] of table) {
      const line = lineOf(entry);
      assert.equal(takes(membersWith(asks, { directories: true }), line), withDirectories, line);
      assert.equal(takes(membersWith(asks, { directories: false }), line), without, line);
    }
    assert.ok(takes(membersWith(asks, { directories: true }), '{"path":"b","mode":1,"type":"directory"}'));
    assert.ok(takes(membersWith(asks, { directories: true }), '{"path":"b'));
  });

  it('of none leaves the notices', () => {
    assert.equal(takes(noMembers, lineOf({})), false);
    assert.ok(takes(noMembers, encodeNotice({ path: 'a', state: 'skipped', reason: '' })));
  });
});

describe('a catalogue that is read by a selection', () => {
  const lines = [
    lineOf({ path: 'a' }),
    lineOf({ path: 'b', at: 512 }),
    lineOf({ path: 'c', at: 1024 }),
    encodeNotice({ path: 'd', state: 'skipped', reason: 'permission denied' }).trimEnd(),
    encodeEnd(3, 1).trimEnd(),
  ];
  const selection = aroundRoots(['b']);
  it('gives the chosen ones, however it comes in pieces', async () => {
    for (let size = 1; size < 600; size += 13) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const told: string[] = [];
      for await (const batch of lineBatches(readCatalogue(pieces(bytes, size)), selection)) {
        for (const line of batch) told.push(line.kind === 'entry' ? line.entry.path : line.kind);
      }
      assert.deepEqual(told, ['b', 'notice']);
    }
  });

  it('is still counted, and damaged when lines are missing, doubled or behind the notices', async () => {
    await readThrough(lines);
    const wrong = [lines.toSpliced(0, 1), lines.toSpliced(0, 0, lines[0] ?? ''), lines.slice(0, -1)];
    wrong.push(lines.toSpliced(2, 2, lines[3] ?? '', lines[2] ?? ''), [...lines, lines[0] ?? '']);
    for (const some of wrong) await failsWith('catalogue.damaged', () => readThrough(some));
  });

  async function readThrough(some: readonly string[]): Promise<void> {
    const bytes = Buffer.from(some.map((line) => `${line}\n`).join(''));
    for await (const batch of lineBatches(readCatalogue(pieces(bytes, 70)), selection)) {
      for (const _ of batch) continue;
    }
  }

  it('gives all lines when the reader cannot tell', async () => {
    const told: string[] = [];
    const plain = (async function* () {
      yield* readCatalogue(pieces(Buffer.from(lines.map((line) => `${line}\n`).join('')), 99));
    })();
    for await (const batch of lineBatches(plain, selection)) for (const line of batch) told.push(line.kind);
    assert.deepEqual(told, ['entry', 'entry', 'entry', 'notice']);
  });
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
