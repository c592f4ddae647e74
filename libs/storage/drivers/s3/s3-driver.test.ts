import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { isFailure } from '#kernel';
import { storageDriver } from '#storage/drivers';
import { failsWith } from '#storage/testing';
import { withTemporaryDirectory } from '#test/support';

const s3 = storageDriver('s3');
const KEYS = { accessKeyId: 'key', secretAccessKey: 'secret' };

describe('the settings of an S3 storage', () => {
  for (const [address, settings] of [
    ['s3://bucket', { container: 'bucket' }],
    ['s3://bucket/a/b%20c', { container: 'bucket/a/b c' }],
    [
      's3://bucket/?region=eu-west-1&pathStyle=false',
      { container: 'bucket/', region: 'eu-west-1', pathStyle: false },
    ],
    [
      's3://bucket?endpoint=http://127.0.0.1:9000&connections=8&lockDays=30&createBucket=true&profile=backup',
      {
        container: 'bucket',
        endpoint: 'http://127.0.0.1:9000',
        ...{ connections: 8, lockDays: 30, createBucket: true, profile: 'backup' },
      },
    ],
  ] as const) {
    it(`are read from ${address}`, async () => {
      assert.deepEqual(s3.fromAddress(new URL(address)), settings);
      await (await s3.open(settings)).close();
    });
  }

  for (const [address, says] of [
    ['s3://key:secret@bucket', /bears a secret; put accessKeyId/],
    ['s3://bucket?secretAccessKey=hidden', /bears a secret/],
    ['s3://bucket?customerKey=hidden', /bears a secret/],
    ['s3://bucket?regoin=eu-west-1', /did you mean "region"/],
    ['s3://bucket?secret=hidden', /unknown setting "secret"/],
    ['s3://bucket?region=a&region=b', /says region twice/],
    ['s3://server:9000/bucket', /\?endpoint=/],
    ['s3://bucket/%zz', /encodes nothing/],
  ] as const) {
    it(`are not read from ${address}`, () => {
      assert.throws(
        () => s3.fromAddress(new URL(address)),
        (error) =>
          isFailure(error, 'storage.address-invalid') &&
          says.test(error.message) &&
          !/hidden/.test(error.message),
      );
    });
  }

  for (const [why, settings] of [
    ['no bucket', { container: '' }],
    ['an odd bucket', { container: 'a b' }],
    ['a way out', { container: 'bucket/../other' }],
    ['an empty component', { container: 'bucket//a' }],
    ['an endpoint of another protocol', { container: 'bucket', endpoint: 'ftp://server' }],
    ['a secret in the endpoint', { container: 'bucket', endpoint: 'https://user:pass@server' }],
    ['half of a key', { container: 'bucket', accessKeyId: 'key' }],
    ['a token without keys', { container: 'bucket', sessionToken: 'token' }],
    ['keys and a profile', { container: 'bucket', ...KEYS, profile: 'backup' }],
    ['a short customer key', { container: 'bucket', customerKey: 'c2hvcnQ=' }],
    ['two encryptions', { container: 'bucket', customerKey: 'A'.repeat(43) + '=', encryption: 'AES256' }],
    ['a key of a key service that is not used', { container: 'bucket', kmsKeyId: 'key' }],
    ['parts that are too small', { container: 'bucket', partSizeMiB: 4 }],
    ['an unknown setting', { container: 'bucket', regoin: 'x' }],
    ['a number in words', { container: 'bucket', connections: 'many' }],
  ] as const) {
    it(`are refused with ${why}`, () => failsWith('input.invalid', () => s3.open(settings)));
  }

  it('are refused when the file of certificates is missing or holds none', () =>
    withTemporaryDirectory(async (directory) => {
      const caFile = join(directory, 'ca.pem');
      await failsWith('input.file-unreadable', () => s3.open({ container: 'bucket', caFile }));
      await writeFile(caFile, 'no certificate');
      await failsWith('input.invalid', () => s3.open({ container: 'bucket', caFile }));
    }));

  it('give one place to all who mean it, without secrets', async () => {
    for (const [settings, place] of [
      [{ container: 'bucket', region: 'eu-west-1', ...KEYS }, 's3://bucket'],
      [{ container: 'bucket/a b/', endpoint: 'https://S3.eu-west-1.amazonaws.com' }, 's3://bucket/a%20b'],
      [
        { container: 'bucket', endpoint: 'https://S3.Example.org:443/' },
        's3://bucket?endpoint=https://s3.example.org',
      ],
    ] as const) {
      const storage = await s3.open(settings);
      assert.equal(storage.properties.place, place);
      const again = await s3.open(s3.fromAddress(new URL(place)));
      assert.equal(again.properties.place, place);
      await Promise.all([storage.close(), again.close()]);
    }
  });
});
