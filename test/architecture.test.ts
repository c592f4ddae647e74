import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { forbiddenImports } from './architecture/arrows.js';
import { circlesOfFiles, circlesOfRooms, circlesOfTable } from './architecture/circles.js';
import { doorProblems, longFiles, machinePaths, reservedWords } from './architecture/habits.js';
import { house } from './architecture/house.js';
import { packageOf } from './architecture/rooms.js';
import { parseSource } from './architecture/source.js';
import { readPackageJson, readSources, readTexts } from './architecture/tree.js';

// The table is in architecture/house.ts; that each rule can fail is shown in architecture/rules.test.ts.
describe('the house', () => {
  const { imports: doors, dependencies } = readPackageJson();
  const sources = [...readSources()].map(([path, text]) => parseSource(path, text));

  it('has sources to look at', () => {
    assert.ok(sources.length > 20, `only ${sources.length} sources found`);
    assert.ok(sources.some((source) => source.imports.length > 3 && source.words.length > 10));
  });

  it('imports only along the arrows of its table', () => {
    none(forbiddenImports(sources, house, Object.keys(doors)));
  });

  it('has no circles of files', () => none(circlesOfFiles(sources, doors)));
  it('has no circles of rooms', () => none(circlesOfRooms(sources)));
  it('has no circles in its table', () => none(circlesOfTable(house)));

  it('uses reserved words only where they belong', () => none(reservedWords(sources, house)));

  it('holds one thought in a file', () => none(longFiles(sources, house)));

  it('has a room behind every door and a door to every room', () => {
    none(
      doorProblems(
        doors,
        sources.map((source) => source.path),
      ),
    );
  });

  it('uses every package it depends on', () => {
    const used = new Set(
      sources.flatMap((source) => source.imports.map((found) => packageOf(found.specifier))),
    );
    const unused = Object.keys(dependencies).filter((name) => !used.has(name));
    assert.deepEqual(unused.sort(), Object.keys(house.unimported).sort());
  });

  it('names no path of one machine', () => none(machinePaths(readTexts())));
});

/** Fails with every finding, one a line. */
function none(findings: readonly string[]): void {
  assert.equal(findings.join('\n'), '');
}
