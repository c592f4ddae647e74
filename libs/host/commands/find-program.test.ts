import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { findProgram } from '#host';

describe('finding a program', () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'firn-path-'));
    for (const sub of ['a', 'b']) mkdirSync(join(directory, sub));
    mkdirSync(join(directory, 'a', 'tool'));
    writeFileSync(join(directory, 'a', 'text'), '');
    writeFileSync(join(directory, 'b', 'tool'), '#!/bin/sh\n');
    chmodSync(join(directory, 'b', 'tool'), 0o755);
  });
  after(() => rmSync(directory, { recursive: true }));

  it('takes the first that can be run, not a directory of the name', () => {
    const path = `${directory}/none:${directory}/a::${directory}/b`;
    assert.equal(findProgram('tool', path), `${directory}/b/tool`);
    assert.equal(findProgram('text', path), undefined);
    assert.equal(findProgram('', path), undefined);
  });

  it('only looks at a name with a slash', () => {
    assert.equal(findProgram(`${directory}/b/tool`, ''), `${directory}/b/tool`);
    assert.equal(findProgram(`${directory}/b/none`, directory), undefined);
  });

  it('knows where the programs of this process come from', () => {
    assert.match(findProgram('sh') ?? '', /^\/.*\/sh$/);
    assert.equal(findProgram('firn-no-such-program'), undefined);
  });
});
