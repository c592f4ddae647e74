import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { runToEnd, systemCommands } from '#host';
import { startFakeS3, withTemporaryDirectory, type FakeS3 } from '#test/support';

/** Lists a bucket in a process of its own, whose environment is only what is given. */
const LISTING = `
  const { storageDriver } = await import(process.argv[1]);
  const storage = await storageDriver('s3').open(JSON.parse(process.argv[2]));
  try {
    for await (const _ of storage.list(''));
    console.log('listed');
  } catch (error) {
    console.log(error.code, error.message);
  }
  await storage.close();
`;

describe('the keys of an S3 storage that names none (fake)', () => {
  const listed = async (fake: FakeS3, settings: object, env: Readonly<Record<string, string>>) => {
    const asked = JSON.stringify({ container: 'bucket', endpoint: fake.url, ...settings });
    const args = ['--input-type=module', '-e', LISTING, import.meta.resolve('#storage/drivers'), asked];
    const { stdout, stderr } = await runToEnd(systemCommands, { program: process.execPath, args, env });
    assert.equal(stderr, '');
    return stdout.toString().trim();
  };
  const keyOf = ({ heard }: FakeS3) =>
    /Credential=([^/]+)/.exec(heard.at(-1)?.headers.authorization ?? '')?.[1];
  const ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'of-the-environment', AWS_SECRET_ACCESS_KEY: 'secret' };

  it('are those of the environment, with their token', async () => {
    await using fake = await startFakeS3();
    assert.equal(await listed(fake, {}, { ...ENVIRONMENT, AWS_SESSION_TOKEN: 'token' }), 'listed');
    assert.equal(keyOf(fake), 'of-the-environment');
    assert.equal(fake.heard.at(-1)?.headers['x-amz-security-token'], 'token');
  });

  it('are never those of the environment when the settings have some', async () => {
    await using fake = await startFakeS3();
    const keys = { accessKeyId: 'of-the-settings', secretAccessKey: 'secret' };
    assert.equal(await listed(fake, keys, { ...ENVIRONMENT, AWS_SESSION_TOKEN: 'token' }), 'listed');
    assert.equal(keyOf(fake), 'of-the-settings');
    assert.equal(fake.heard.at(-1)?.headers['x-amz-security-token'], undefined);
  });

  it('are those of the profile, whatever the environment says', () =>
    withTemporaryDirectory(async (directory) => {
      await using fake = await startFakeS3();
      const file = join(directory, 'credentials');
      await writeFile(file, '[backup]\naws_access_key_id = of-the-profile\naws_secret_access_key = secret\n');
      const env = { ...ENVIRONMENT, AWS_SHARED_CREDENTIALS_FILE: file, HOME: directory };
      assert.equal(await listed(fake, { profile: 'backup' }, env), 'listed');
      assert.equal(keyOf(fake), 'of-the-profile');
    }));

  it('are refused in words when there are none', () =>
    withTemporaryDirectory(async (directory) => {
      await using fake = await startFakeS3();
      const env = { AWS_EC2_METADATA_DISABLED: 'true', HOME: directory };
      assert.match(await listed(fake, {}, env), /^storage\.login-refused .*credentials/i);
      assert.deepEqual(fake.heard, []);
    }));
});
