import assert from 'node:assert/strict';
import { format, inspect } from 'node:util';
import { describe, it } from 'mocha';
import { Secret } from '#config';

describe('a secret', () => {
  const secret = new Secret('correct horse');

  it('is shown nowhere by accident', () => {
    const shown = [
      ['', secret].join(),
      secret.toString(),
      JSON.stringify({ secret }),
      inspect({ deep: { secret } }, { showHidden: true, depth: 9 }),
      format('%s %o %j', secret, secret, secret),
      Object.values(secret).join(),
      Object.values({ ...secret }).join(),
    ];
    for (const each of shown) assert.doesNotMatch(each, /horse/);
    assert.equal(JSON.stringify({ secret }), '{"secret":"***"}');
  });

  it('is given to whoever asks for it by name', () => assert.equal(secret.reveal(), 'correct horse'));
});
