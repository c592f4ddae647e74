import assert from 'node:assert/strict';
import fc from 'fast-check';
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

  for (const [patterns, roots, why] of [
    [['etc/ssh'], ['etc/ssh'], 'a path'],
    [['/src/etc/ssh/', './a/[b]/c*'], ['etc/ssh', 'a'], 'what stands before the first sign'],
    [['a/{b/c,d}/*.x'], ['a'], 'braces may hold a slash'],
    [['a|b/*', 'c/d'], undefined, 'a line between alternatives'],
    [['a/*/b|c'], undefined, 'the same behind other signs'],
    [['a|b/c'], ['a|b/c'], 'a line in a path without signs'],
    [['etc/ssh', 'ssh'], undefined, 'a name is looked for everywhere'],
    [['*/ssh'], undefined, 'a sign at the beginning'],
    [['etc/../*'], ['etc'], 'no way up'],
    [['etc/ssh', '/src'], undefined, 'the source'],
  ] as const) {
    it(`${patterns.map((pattern) => `"${pattern}"`).join(', ')} ${roots ? 'have roots' : 'have none'}: ${why}`, () => {
      assert.deepEqual(wantedBy(patterns, '/src').roots, roots);
    });
  }

  it('ask for nothing that is not at or below their roots', () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a|b', '"a"', 'a^', '$b', '.a', 'A');
    const sign = fc.constantFrom(
      '*',
      '**',
      '?',
      '[ab]',
      '{a,b/a}',
      '!(a)',
      '@(a|b)',
      '\\a',
      '+(a)',
      '(a|b)',
      'a*',
      '..',
      '.',
    );
    const joined = (part: fc.Arbitrary<string>) =>
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(
        fc.array(joined(fc.oneof(name, sign)), { minLength: 1, maxLength: 2 }),
        joined(name),
        (patterns, path) => {
          const wanted = wantedBy(patterns, '/src');
          if (!wanted.roots || !wanted(path)) return;
          assert.ok(wanted.roots.some((root) => path === root || path.startsWith(`${root}/`)));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('are alternatives', () => {
    const wanted = wantedBy(['a', 'b/*'], '/src');
    assert.deepEqual(['a', 'b/c', 'c'].map(wanted), [true, true, false]);
  });
});
