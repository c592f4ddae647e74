import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { forbiddenImports } from './arrows.js';
import { circlesOfFiles, circlesOfRooms, circlesOfTable } from './circles.js';
import { doorProblems, longFiles, machinePaths, reservedWords } from './habits.js';
import { house } from './house.js';
import { parseSource } from './source.js';

const DOORS: Readonly<Record<string, string>> = {
  '#kernel': './dist/libs/kernel/index.js',
  '#kernel/testing': './dist/libs/kernel/testing/index.js',
  '#domain': './dist/libs/domain/index.js',
  '#host': './dist/libs/host/index.js',
  '#storage': './dist/libs/storage/index.js',
  '#storage/drivers': './dist/libs/storage/drivers/index.js',
  '#storage/testing': './dist/libs/storage/testing/index.js',
  '#workflows': './dist/libs/workflows/index.js',
  '#test/support': './dist/test/support/index.js',
};

function importsOf(file: string, text: string): string[] {
  return forbiddenImports([parseSource(file, text)], house, Object.keys(DOORS));
}

describe('the import table', () => {
  const refused: [file: string, text: string, problem: RegExp][] = [
    ['libs/kernel/x.ts', `import { a } from '#domain';`, /no arrow libs\/kernel → #domain/],
    ['libs/storage/x.ts', `import type { A } from '#workflows';`, /no arrow libs\/storage → #workflows/],
    ['libs/storage/x.ts', `export { a } from '#workflows';`, /no arrow libs\/storage → #workflows/],
    ['libs/storage/x.ts', `const a = await import('#workflows');`, /no arrow libs\/storage → #workflows/],
    ['libs/storage/x.ts', `let a: import('#workflows').A;`, /no arrow libs\/storage → #workflows/],
    [
      'libs/workflows/x.ts',
      `import { a } from '#storage/drivers';`,
      /no arrow libs\/workflows → #storage\/drivers/,
    ],
    ['libs/storage/x.test.ts', `import { a } from '#workflows';`, /no arrow libs\/storage → #workflows/],
    ['libs/storage/x.ts', `import { a } from '#kernel/clock';`, /#kernel\/clock is not a door/],
    ['libs/storage/x.ts', `import { a } from '../kernel/clock.js';`, /leaves the room libs\/storage/],
    ['libs/storage/drivers/s3/x.ts', `import { a } from '../../../kernel/clock.js';`, /leaves the room/],
    ['apps/agent/main.ts', `import { a } from '../../libs/kernel/clock.js';`, /leaves the room apps\/agent/],
    ['libs/storage/x.ts', `import { a } from '#storage';`, /door of this very room/],
    ['libs/storage/x.ts', `import { a } from './testing/faulty.js';`, /is for tests only/],
    ['libs/storage/x.ts', `import { a } from '#kernel/testing';`, /is for tests only/],
    [
      'libs/storage/x.ts',
      `import { a } from './drivers/local/local-storage.js';`,
      /knows the driver .*local/,
    ],
    ['libs/storage/drivers/s3/x.ts', `import { a } from '../local/y.js';`, /knows the driver .*local/],
    ['libs/storage/x.ts', `import { a } from './y';`, /does not end in the \.js/],
    ['libs/domain/x.ts', `import fs from 'node:fs';`, /imports no node: modules/],
    ['libs/domain/x.ts', `import { z } from 'zod';`, /no arrow libs\/domain → npm package "zod"/],
    ['libs/storage/x.ts', `import { it } from 'mocha';`, /no arrow .* "mocha"/],
    ['libs/engines/x.ts', `import { spawn } from 'node:child_process';`, /reserved for libs\/host/],
    ['libs/storage/x.ts', `import { setTimeout } from 'node:timers/promises';`, /use the Clock/],
    ['libs/storage/x.ts', `import * as timers from 'node:timers/promises';`, /use the Clock/],
    ['libs/storage/x.ts', `import { setImmediate, setTimeout as x } from 'node:timers';`, /use the Clock/],
    ['libs/storage/x.ts', `import https from 'node:https';`, /nobody has leave/],
    ['libs/storage/x.ts', `import { S3 } from '@aws-sdk/client-s3';`, /lives in libs\/storage\/drivers\/s3/],
    ['libs/storage/drivers/s3/x.ts', `import { S3 } from '@aws-sdk/client-s3';`, /loaded with import\(\)/],
    ['apps/scheduler/x.ts', `import a from '@nestjs/common';`, /lives in apps\/api\/ only/],
    ['libs/cellar/x.ts', `import { a } from '#kernel';`, /the room libs\/cellar is not in/],
  ];

  for (const [file, text, problem] of refused) {
    it(`refuses ${text} in ${file}`, () => {
      const [finding, ...more] = importsOf(file, `// a first line\n${text}`);
      assert.deepEqual(more, []);
      assert.match(finding ?? 'nothing found', problem);
      assert.ok(finding?.startsWith(`${file}:2: `), `names the place: ${finding}`);
    });
  }

  const allowed: [file: string, text: string][] = [
    [
      'libs/storage/x.ts',
      `import { a } from '#kernel'; import { b } from './y.js'; import fs from 'node:fs';`,
    ],
    ['libs/storage/drivers/local/x.ts', `import type { A } from '../../storage-backend.js';`],
    ['libs/storage/drivers/index.ts', `export { a } from './local/local-driver.js';`],
    ['libs/storage/drivers/s3/x.ts', `import type { S3 } from '@aws-sdk/client-s3';`],
    ['libs/storage/drivers/s3/x.ts', `const { S3 } = await import('@aws-sdk/client-s3');`],
    ['libs/storage/x.test.ts', `import { it } from 'mocha'; import { FakeClock } from '#kernel/testing';`],
    ['libs/storage/x.test.ts', `import { a } from '#storage'; import { b } from '#storage/drivers';`],
    [
      'libs/storage/testing/contract.ts',
      `import fc from 'fast-check'; import { a } from '../storage-backend.js';`,
    ],
    ['libs/domain/x.test.ts', `import assert from 'node:assert/strict';`],
    ['libs/workflows/x.test.ts', `import { a } from '#storage/drivers'; import { b } from '#test/support';`],
    ['libs/storage/x.ts', `import { setImmediate } from 'node:timers/promises';`],
    ['libs/host/x.ts', `import { spawn } from 'node:child_process';`],
    ['apps/agent/main.ts', `import { requireNode } from '../process/require-node.js';`],
    ['test/e2e/x.test.ts', `import { a } from '#workflows'; import { spawn } from 'node:child_process';`],
    [
      'libs/storage/x.ts',
      `// import { a } from '#workflows';\nconst text = "import { a } from '#workflows'";`,
    ],
  ];

  for (const [file, text] of allowed) {
    it(`allows ${text} in ${file}`, () => assert.deepEqual(importsOf(file, text), []));
  }
});

describe('circles', () => {
  it('are found among files, through doors as well', () => {
    const sources = [
      parseSource('libs/kernel/index.ts', `export { a } from './a.js';`),
      parseSource('libs/kernel/a.ts', `import type { B } from './b.js';`),
      parseSource('libs/kernel/b.ts', `import { c } from '#kernel';`),
    ];
    const ring = 'libs/kernel/index.ts → libs/kernel/a.ts → libs/kernel/b.ts → libs/kernel/index.ts';
    assert.deepEqual(circlesOfFiles(sources, DOORS), [ring]);
    assert.deepEqual(circlesOfFiles(sources.slice(0, 2), DOORS), []);
  });

  it('are found among rooms, though no file is in a ring', () => {
    const sources = [
      parseSource('libs/kernel/a.ts', `import { x } from '#host';`),
      parseSource('libs/host/b.ts', `import { x } from '#kernel';`),
    ];
    assert.deepEqual(circlesOfRooms(sources), ['libs/kernel → libs/host → libs/kernel']);
    assert.deepEqual(circlesOfRooms(sources.slice(0, 1)), []);
  });

  it('are found in the table', () => {
    const kernel = { doors: ['#host'], node: false };
    const turned = { ...house, rooms: { ...house.rooms, 'libs/kernel': kernel } };
    assert.ok(circlesOfTable(turned).includes('libs/kernel → libs/host → libs/kernel'));
  });
});

describe('reserved words', () => {
  const used: [text: string, word: string][] = [
    ['const now = new Date();', 'new Date()'],
    ['const now = Date();', 'Date()'],
    ['const now = Date.now();', 'Date.now'],
    ['const clock = Date.now;', 'Date.now'],
    ['await new Promise((go) => setTimeout(go, 5));', 'setTimeout'],
    ['globalThis.setTimeout(go, 5);', 'setTimeout'],
    ['const { setInterval: repeat } = globalThis;', 'setInterval'],
    ['const signal = AbortSignal.timeout(5);', 'AbortSignal.timeout'],
    ['const t = performance.now();', 'performance'],
    ['const home = process.env.HOME;', 'process.env'],
    [`const home = process['env'].HOME;`, 'process.env'],
    ['const { pid, env } = process;', 'process.env'],
    [`import { env } from 'node:process';`, 'process.env'],
    [`import process from 'node:process'; process.env.HOME;`, 'process.env'],
    [`console.log('here');`, 'console'],
    [`await fetch('there');`, 'fetch'],
  ];

  for (const [text, word] of used) {
    it(`are found in ${text}`, () => {
      const [finding, ...more] = reservedWords([parseSource('libs/storage/x.ts', `\n${text}`)], house);
      assert.deepEqual(more, []);
      assert.ok(finding?.startsWith(`libs/storage/x.ts:2: ${word} is reserved`), finding ?? 'nothing found');
    });
  }

  const unused = [
    'const then = new Date(0);',
    'clearTimeout(timer);',
    'clock.setTimeout(go, 5);',
    'const settings = { fetch: 1, console: 2 };',
    'function run(fetch: () => void) { fetch(); }',
    'let timer: ReturnType<typeof setTimeout>;',
    `// Date.now()\nconst text = 'console.log(Date.now())';`,
  ];

  for (const text of unused) {
    it(`are not found in ${text}`, () => {
      assert.deepEqual(reservedWords([parseSource('libs/storage/x.ts', text)], house), []);
    });
  }

  it('are free where they belong', () => {
    const clock = parseSource('libs/kernel/clock.ts', 'new Date(); setTimeout(go, 5);');
    const config = parseSource('libs/config/environment.ts', 'process.env.FIRN_PASSPHRASE;');
    const main = parseSource('apps/agent/main.ts', 'console.log(1);');
    assert.deepEqual(reservedWords([clock, config, main], house), []);
  });
});

describe('sizes', () => {
  const long = `x;\n`.repeat(house.maxLines + 1);

  it('are limited in sources', () => {
    assert.equal(longFiles([parseSource('libs/kernel/x.ts', long)], house).length, 1);
    assert.deepEqual(longFiles([parseSource('libs/kernel/x.ts', `x;\n`.repeat(house.maxLines))], house), []);
  });

  it('are free in tests', () => {
    assert.deepEqual(longFiles([parseSource('libs/kernel/x.test.ts', long)], house), []);
  });
});

describe('doors', () => {
  const files = ['libs/kernel/index.ts', 'libs/kernel/clock.ts'];
  const kernel = { '#kernel': './dist/libs/kernel/index.js' };

  it('lead to an index.ts that is there', () => {
    assert.deepEqual(doorProblems(kernel, files), []);
    assert.deepEqual(doorProblems({ ...kernel, '#clock': './dist/libs/kernel/clock.js' }, files), [
      '#clock leads to libs/kernel/clock.ts, which is no index.ts',
    ]);
    assert.deepEqual(doorProblems({ ...kernel, '#host': './dist/libs/host/index.js' }, files), [
      '#host leads to libs/host/index.ts, which is not there',
    ]);
  });

  it('are had by every room', () => {
    assert.deepEqual(doorProblems(kernel, [...files, 'libs/cellar/index.ts']), [
      'libs/cellar has no door "#cellar" in package.json',
    ]);
  });
});

describe('machine paths', () => {
  // Put together here, so that this file does not name one.
  const text = (folder: string) => new Map([['docs/x.md', `first line\nsee /${folder}/notes for more`]]);

  it('are found with their place', () => {
    for (const folder of ['work', 'root', 'farm']) {
      assert.deepEqual(machinePaths(text(folder)), [`docs/x.md:2: names /${folder}, a path of one machine`]);
    }
  });

  it('are not seen in paths that every machine has', () => {
    for (const folder of ['home/anna', 'usr/share', 'source/root', 'var/work']) {
      assert.deepEqual(machinePaths(text(folder)), []);
    }
  });
});
