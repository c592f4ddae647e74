import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { wantedBy } from '#workflows';

describe('include patterns', () => {
  for (const [pattern, path, wanted, why] of [
    ['ssh', 'ssh', true, 'a name'],
    ['ssh', 'etc/ssh', true, 'a name at any depth'],
    ['ssh', 'etc/ssh/keys/one', true, 'what is below a match'],
    ['ssh', 'etc/sshd', false, 'a name is not a beginning'],
    ['etc/ssh', 'etc/ssh/config', true, 'a path from the source'],
    ['etc/ssh', 'old/etc/ssh', false, 'a path is anchored'],
    ['/src/etc', 'etc/hosts', true, 'an absolute path inside the source'],
    ['/src', 'anything', true, 'the source itself'],
    ['./etc/', 'etc/hosts', true, 'dots and slashes at the ends do not count'],
    ['*.conf', 'etc/deep/a.conf', true, 'a pattern of names, at any depth'],
    ['*.conf', 'etc/a.config', false, 'the whole name must match'],
    ['etc/*.conf', 'etc/deep/a.conf', false, 'a star does not cross directories'],
    ['etc/**/a.conf', 'etc/x/y/a.conf', true, 'two stars do'],
    ['.*', 'home/.bashrc', true, 'names with a dot count'],
    ['?', 'a/\n', true, 'a question mark is any character, also a line feed'],
    ['[ab]', 'b', true, 'a set'],
    ['[ab]', '[ab]', true, 'a text that is exactly the path always matches'],
    ['!a', '!a', true, 'no sign turns a pattern round'],
    ['!a', 'b', false, 'no sign turns a pattern round'],
    ['caf\udce9', 'x/caf\udce9', true, 'names that are not UTF-8'],
  ] as const) {
    it(`"${pattern}" ${wanted ? 'takes' : 'leaves'} "${path.replace('\n', '\\n')}": ${why}`, () => {
      assert.equal(wantedBy([pattern], '/src')(path), wanted);
    });
  }

  it('are alternatives', () => {
    const wanted = wantedBy(['a', 'b/*'], '/src');
    assert.deepEqual(['a', 'b/c', 'c'].map(wanted), [true, true, false]);
  });
});
