import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'mocha';
import { fingerprintOf, knownKeys, knownName, typeOfKey } from './known-hosts.js';

const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIKRlONa0QbiwuMCW87+XoV6i/vyPbn7sUsAfs6K2i9PM';
const KEY = `ssh-ed25519 ${ED25519}`;

function hashed(name: string): string {
  const salt = Buffer.from('twenty bytes of salt');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('a known_hosts file', () => {
  const cases: readonly [why: string, line: string, host: string, port: number, isKnown: boolean][] = [
    ['a plain name', `example.org ${KEY}`, 'example.org', 22, true],
    ['a name in other letters', `Example.ORG ${KEY}`, 'EXAMPLE.org', 22, true],
    ['another name', `example.com ${KEY}`, 'example.org', 22, false],
    ['one of several names', `a,example.org,10.0.0.1 ${KEY} a comment`, 'example.org', 22, true],
    ['a name with its port', `[example.org]:2222 ${KEY}`, 'example.org', 2222, true],
    ['a name with another port', `[example.org]:2222 ${KEY}`, 'example.org', 2223, false],
    ['a name with a port for the usual one', `[example.org]:2222 ${KEY}`, 'example.org', 22, false],
    ['a host without the port', `example.org ${KEY}`, 'example.org', 2222, true],
    ['a hashed name', `${hashed('example.org')} ${KEY}`, 'example.org', 22, true],
    ['a hashed name with its port', `${hashed('[example.org]:2222')} ${KEY}`, 'example.org', 2222, true],
    ['the hash of another name', `${hashed('example.com')} ${KEY}`, 'example.org', 22, false],
    ['a broken hash', `|1|abc ${KEY}`, 'example.org', 22, false],
    ['a hash of another kind', `|2|abc|def ${KEY}`, 'example.org', 22, false],
    ['an address of IPv6', `::1 ${KEY}`, '::1', 22, true],
    ['an address of IPv6 with a port', `[::1]:2222 ${KEY}`, '::1', 2222, true],
    ['a star', `*.example.org ${KEY}`, 'a.example.org', 22, true],
    ['a star that does not reach', `*.example.org ${KEY}`, 'example.org', 22, false],
    ['a question mark', `host?.example.org ${KEY}`, 'host1.example.org', 22, true],
    ['a dot is only a dot', `example.org ${KEY}`, 'exampleXorg', 22, false],
    ['a name that is taken out', `*.example.org,!b.example.org ${KEY}`, 'b.example.org', 22, false],
    ['a comment', `# example.org ${KEY}`, 'example.org', 22, false],
    [
      'an authority, whose certificates are not read',
      `@cert-authority example.org ${KEY}`,
      'example.org',
      22,
      false,
    ],
    ['a line that is cut off', 'example.org ssh-ed25519', 'example.org', 22, false],
  ];
  for (const [why, line, host, port, isKnown] of cases) {
    it(`${isKnown ? 'knows' : 'does not know'} a server by ${why}`, () => {
      const found = knownKeys(`\n${line}\r\n`, host, port);
      assert.deepEqual(
        found.map(({ key }) => key.toString('base64')),
        isKnown ? [ED25519] : [],
      );
    });
  }

  it('says of a revoked key that it is', () => {
    const [found] = knownKeys(`@revoked * ${KEY}`, 'example.org', 22);
    assert.equal(found?.isRevoked, true);
    assert.deepEqual(knownKeys(`@revoked * ${KEY}\nexample.org ${KEY}`, 'example.org', 22).length, 2);
  });

  it('prefers what it says of the port, but forgets no revoked key of the host', () => {
    const text = `[h]:2222 ${KEY}\nh ssh-rsa AAAA\n@revoked h ${KEY}`;
    const found = knownKeys(text, 'h', 2222).map(({ type, isRevoked }) => [type, isRevoked]);
    assert.deepEqual(found, [
      ['ssh-ed25519', false],
      ['ssh-ed25519', true],
    ]);
  });

  it('names keys and servers as OpenSSH does', () => {
    const key = Buffer.from(ED25519, 'base64');
    assert.match(fingerprintOf(key), /^SHA256:[A-Za-z0-9+/]{43}$/);
    assert.equal(typeOfKey(key), 'ssh-ed25519');
    assert.equal(typeOfKey(Buffer.alloc(2)), '');
    assert.equal(knownName('Host', 22), 'host');
    assert.equal(knownName('Host', 23), '[host]:23');
  });
});
