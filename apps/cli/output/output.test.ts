import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { fieldLines } from './fields.js';
import { isMoment, shortTime } from './moments.js';
import { shortIds } from './short-ids.js';

describe('a document for people', () => {
  it('has what is plain first and aligned, what is in it indented, and dashes for nothing', () => {
    const document = {
      id: 'j',
      actions: [{ id: 'a', settings: { action: 'backup', tags: ['x', 'y'] } }, { settings: {} }],
      description: '',
      missing: undefined,
      left: null,
      central: false,
      steps: [
        { id: 'source', ms: 2 },
        { id: 'transfer', state: 'failed', ms: 71 },
      ],
    };
    assert.deepEqual(fieldLines(document), [
      'id           j',
      'description  –',
      'left         –',
      'central      false',
      'actions',
      '  - id        a',
      '    settings',
      '      action  backup',
      '      tags    x, y',
      '  - settings  –',
      'steps',
      '  id        ms  state',
      '  source     2  –',
      '  transfer  71  failed',
    ]);
  });

  it('has moments in local time, and nothing else taken for one', () => {
    const moment = '2026-11-20T14:03:07.123Z';
    assert.equal(fieldLines({ at: moment })[0], `at  ${shortTime(moment)}`);
    assert.match(shortTime(moment), /^2026-11-\d\d \d\d:\d\d:07$/);
    assert.equal(shortTime(undefined), '');
    assert.ok(!isMoment('2026-11-21T02:00:00'));
    assert.ok(!isMoment('20261120T093415Z-4f7a9c21'));
  });
});

describe('ids in a table', () => {
  const made = (start: string) => start.padEnd(32, '0');

  it('have eight characters, or as many as tell them apart', () => {
    assert.deepEqual(shortIds([made('abcdef0123'), made('1')]), ['abcdef01', '10000000']);
    assert.deepEqual(shortIds([made('abcdef01234'), made('abcdef01235')]), ['abcdef01234', 'abcdef01235']);
  });

  it('that come twice or that a person has chosen stay as they are', () => {
    assert.deepEqual(shortIds([made('ab'), made('ab'), 'www-nightly', '']), [
      'ab000000',
      'ab000000',
      'www-nightly',
      '',
    ]);
  });
});
