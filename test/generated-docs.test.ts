import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { failureCatalog } from '#kernel';
import { projectRoot } from './architecture/tree.js';

interface Generator {
  readonly documents: Readonly<Record<string, () => string>>;
}

describe('the generated documents', () => {
  const generator = pathToFileURL(path.join(projectRoot, 'scripts/generate-docs.mjs')).href;

  it('are those that the code of today makes', async () => {
    const { documents } = (await import(generator)) as Generator;
    const stale = Object.entries(documents).filter(([file, make]) => textOf(file) !== make());
    assert.deepEqual(
      stale.map(([file]) => file),
      [],
      'run: npm run build && node scripts/generate-docs.mjs',
    );
  });

  it('list every failure with its hint', () => {
    const lines = textOf('docs/failures.md').split('\n');
    for (const [code, { hint }] of Object.entries(failureCatalog)) {
      assert.ok(
        lines.some((line) => line.startsWith(`| \`${code}\` |`) && line.endsWith(`| ${hint} |`)),
        code,
      );
    }
  });
});

function textOf(file: string): string {
  return fs.readFileSync(path.join(projectRoot, file), 'utf8');
}
