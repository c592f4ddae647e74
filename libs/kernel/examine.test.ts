import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { examine } from './examine.js';
import { z } from './schema.js';

const schema = z.strictObject({
  name: z.string(),
  size: z.int().optional(),
  parts: z.array(z.strictObject({ weight: z.int().optional() })).optional(),
});

describe('an examination', () => {
  it('has the value and no problem when nothing is wrong', () => {
    assert.deepEqual(examine(schema, { name: 'a', size: 1 }), {
      value: { name: 'a', size: 1 },
      problems: [],
    });
  });

  it('names everything wrong, and keeps the rest', () => {
    const value = { name: 'a', sise: 1, size: 'x', parts: [{ weight: 1 }, { weight: 'y', wait: 2 }] };
    const found = examine(schema, value);
    assert.deepEqual(
      found.problems.map(({ path }) => path),
      ['size', 'parts.1.weight', 'parts.1', ''],
    );
    assert.match(found.problems.at(-1)!.message, /"sise".*"size"/);
    assert.deepEqual(found.value, { name: 'a', parts: [{ weight: 1 }, {}] });
    // What was given is as it was.
    assert.equal(value.sise, 1);
  });

  it('keeps nothing when what is left is no such value', () => {
    for (const value of [{ name: 1 }, {}, [], 'text', null, undefined, { name: 'a', parts: [5] }]) {
      const { value: rest, problems } = examine(schema, value);
      assert.deepEqual([rest, problems.length], [undefined, 1], JSON.stringify(value));
    }
  });
});
