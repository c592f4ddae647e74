import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'mocha';
import {
  BackupReader,
  CodecShelf,
  findBackups,
  LiveTree,
  openChain,
  openContainer,
  verifyObjects,
  verifyStream,
  type Container,
  type ListedBackup,
} from '#backup-set';
import { openCodec, type CodecName } from '#codecs';
import { restorePointOf } from '#domain';
import { archiveEngine } from '#engines/drivers';
import { findProgram, systemCommands, temporaryDirectory, type TemporaryDirectory } from '#host';
import type { BackupId } from '#kernel';
import { readOnlyStorage, type StorageBackend } from '#storage';
import { storageDriver } from '#storage/drivers';
import { collected, failsWith } from '#storage/testing';

/** Source and compiled test lie equally deep; the containers are with the source. */
const FOLDER = fileURLToPath(new URL('../../../test/golden/format-1/', import.meta.url));

interface Expected {
  readonly passphrase: string;
  readonly encrypted: ExpectedContainer & { readonly recoveryKey: string };
  readonly plain: ExpectedContainer;
}

interface ExpectedContainer {
  readonly id: string;
  readonly backups: readonly {
    readonly id: BackupId;
    readonly codec: CodecName;
    readonly entries: number;
    /** SHA-256 of what tar wrote then. */
    readonly stream: string;
    readonly state: string;
    /** What was in the source then. */
    readonly paths: readonly string[];
  }[];
}

const expected = JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8')) as Expected;

for (const kind of ['encrypted', 'plain'] as const) {
  describe(`the ${kind} container of format 1`, () => {
    const { id, backups } = expected[kind];
    const shelf = new CodecShelf((name) => openCodec(name, { lanes: 1, commands: systemCommands }));
    const listed = new Map<BackupId, ListedBackup>();
    let storage: StorageBackend;
    let container: Container;
    let directory: TemporaryDirectory;

    before(async () => {
      directory = await temporaryDirectory('firn-golden-');
      storage = readOnlyStorage(await storageDriver('local').open({ container: `${FOLDER}${kind}` }));
      const passphrase = { kind: 'passphrase', passphrase: expected.passphrase } as const;
      container = await openContainer(storage, kind === 'encrypted' ? passphrase : undefined);
      for await (const found of findBackups(storage))
        if (found.kind === 'backup') listed.set(found.backup.id, found);
    });
    after(async () => {
      await shelf.close();
      await storage?.close();
      await directory?.remove();
    });

    const deps = () => ({ storage, container, codecs: shelf, lanes: 2 });
    const listedOf = (backup: BackupId) => {
      const found = listed.get(backup);
      assert.ok(found, `backup ${backup} is listed`);
      return found;
    };

    it('opens, and lists its backups', async () => {
      assert.equal(container.id, id);
      assert.equal(container.open, true);
      assert.deepEqual([...listed.keys()].sort(), backups.map((backup) => backup.id).sort());
      if (kind === 'plain') return;
      const { recoveryKey } = expected.encrypted;
      const recovered = await openContainer(storage, { kind: 'recovery', recoveryKey });
      assert.deepEqual(recovered.master(), container.master());
      const wrong = { kind: 'passphrase', passphrase: 'silver' } as const;
      await failsWith('key.passphrase-wrong', () => openContainer(storage, wrong));
    });

    it('is whole to the last stored byte', async () => {
      for (const each of listed.values()) {
        const results = await collected(verifyObjects(storage, each, 2));
        assert.deepEqual(
          results.flatMap(({ finding }) => finding ?? []),
          [],
        );
      }
    });

    for (const { id: backup, codec, entries, stream, state, paths } of backups) {
      it(`gives back ${backup}, which is compressed with ${codec}`, async function () {
        if ((codec === 'bzip2' || codec === 'xz') && !findProgram(codec)) return this.skip();
        const reader = new BackupReader(deps(), listedOf(backup));
        assert.equal(await digestOf(reader.stream()), stream);
        assert.equal(await digestOf(reader.state().open()), state);
        const engine = archiveEngine('tar').open({
          commands: systemCommands,
          temporaryDirectory: directory.path,
        });
        const verified = await collected(verifyStream(reader, (bytes) => engine.scan(bytes)));
        assert.equal(
          verified.reduce((sum, part) => sum + part.entries, 0),
          entries,
        );
        const point = restorePointOf(
          backup,
          [...listed.values()].map((each) => each.backup),
        );
        const tree = new LiveTree(openChain(deps(), point, listed));
        const live = (await collected(tree.walk())).map(({ entry }) => entry.path);
        assert.deepEqual(live.sort(), paths);
        tree.refuseHoles();
      });
    }
  });
}

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
}
