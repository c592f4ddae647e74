// Makes the golden containers of the current format: node test/golden/make-golden.mjs <folder that does not exist yet>
// Run once for a format, by hand, on a build. What it made is committed and never made again.
import { Buffer } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { addRecoveryKey, BackupSetWriter, findBackups, openOrCreateContainer } from '#backup-set';
import { openCodec } from '#codecs';
import { archiveEngine } from '#engines/drivers';
import { systemCommands } from '#host';
import { backupId, textOf } from '#kernel';
import { readAll } from '#storage';
import { storageDriver } from '#storage/drivers';

const PASSPHRASE = 'golden';
const COST = { memoryKiB: 8, passes: 1 };
const START = new Date('2026-11-20T09:34:15.000Z');
const SIGNAL = new globalThis.AbortController().signal;

const folder = resolve(process.argv[2] ?? '');
if (existsSync(folder)) throw new Error('give a folder that does not exist yet');
await mkdir(folder, { recursive: true });
const work = await mkdtemp(join(tmpdir(), 'firn-golden-'));
const source = join(work, 'source');
const engine = archiveEngine('tar').open({ commands: systemCommands, temporaryDirectory: work });

/** A small tree with a little of everything, as three levels see it. */
const edits = [
  async () => {
    for (const name of ['', 'empty', 'kept', 'deleted']) await mkdir(join(source, name), { recursive: true });
    await writeFile(join(source, 'dull'), Buffer.alloc(12_000, 'and so it goes on; '));
    await writeFile(join(source, 'noise'), randomBytes(1500));
    await writeFile(join(source, 'kept/unchanged'), 'unchanged since level 0\n');
    await writeFile(join(source, 'kept/excluded.tmp'), 'never stored\n');
    await writeFile(join(source, 'deleted/file'), 'gone in level 1\n');
    await writeFile(
      Buffer.concat([Buffer.from(join(source, 'not UTF-8 \n ')), Buffer.from([0xff])]),
      'odd\n',
    );
    await symlink('../dull', join(source, 'kept/symlink'));
    await link(join(source, 'noise'), join(source, 'kept/hardlink'));
    await utimes(join(source, 'dull'), -1, -1.5);
  },
  async () => {
    await rm(join(source, 'deleted'), { recursive: true });
    await writeFile(join(source, 'dull'), 'changed in level 1\n');
    await writeFile(join(source, 'new in level 1'), 'new\n');
  },
  async () => {
    await unlink(join(source, 'new in level 1'));
    await writeFile(join(source, 'kept/new in level 2'), 'new\n');
  },
];

async function backup(place, { name, codec, base, number }) {
  const startedAt = new Date(START.getTime() + number * 3_600_000);
  const id = backupId(startedAt, Buffer.from([0, 0, 0, number]));
  const packer = await openCodec(codec, { lanes: 1, commands: systemCommands });
  const documentCodec = await openCodec('zstd', { lanes: 1, commands: systemCommands });
  const writer = await BackupSetWriter.begin(
    {
      ...place,
      ...{ codec: packer, documentCodec, lanes: 1 },
      ...{ maxSegmentBytes: 4096, workDirectory: work, writer: 'golden' },
    },
    {
      ...{
        id,
        name,
        startedAt,
        hostname: 'golden',
        engine: 'tar',
        source: '/golden',
        selection: '0'.repeat(64),
        program: 'firn golden',
      },
      chain: base?.listed.backup.chain ?? id,
      level: base ? base.listed.backup.level + 1 : 0,
      base: base && { backup: base.listed.backup, manifestDigest: base.listed.read.digest },
    },
    SIGNAL,
  );
  const order = {
    root: source,
    excludes: ['*.tmp'],
    excludeFiles: [],
    oneFileSystem: false,
    dereference: 'none',
  };
  const archive = engine.archive(order, base?.state, SIGNAL);
  const stream = createHash('sha256');
  let entries = 0;
  const parts = async function* () {
    for await (const part of archive.parts) {
      stream.update(part.bytes);
      entries += part.entries.length;
      yield part;
    }
  };
  await writer.write(parts(), SIGNAL);
  const { state, notices } = await archive.outcome();
  const stateBytes = await readAll(state.open());
  const open = async function* () {
    yield stateBytes;
  };
  await writer.commit({ state: { open }, notices, finishedAt: new Date(startedAt.getTime() + 1000) }, SIGNAL);
  await writer.close(true);
  await archive.close();
  for (const opened of [packer, documentCodec]) await opened.close();
  let listed;
  for await (const found of findBackups(place.storage))
    if (found.kind === 'backup' && found.backup.id === id) listed = found;
  const facts = {
    id,
    codec,
    entries,
    stream: stream.digest('hex'),
    state: digest(stateBytes),
    paths: await paths(),
  };
  return { listed, state: { open }, facts };
}

/** What a restore of this moment consists of. */
async function paths() {
  return (await pathsBelow(Buffer.from(source), '.')).filter((path) => !path.endsWith('.tmp')).sort();
}

async function pathsBelow(directory, path) {
  const found = [path];
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: 'buffer' })) {
    const place = Buffer.concat([directory, Buffer.from('/'), entry.name]);
    const below = path === '.' ? textOf(entry.name) : `${path}/${textOf(entry.name)}`;
    found.push(...(entry.isDirectory() ? await pathsBelow(place, below) : [below]));
  }
  return found;
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

async function container(kind, passphrase) {
  const storage = await storageDriver('local').open({ container: join(folder, kind) });
  const made = await openOrCreateContainer(storage, { now: START, passphrase, cost: COST });
  const place = { storage, container: made.container };
  const recovery =
    passphrase && (await addRecoveryKey(storage, made.container, { label: 'paper', now: START }));
  await rm(source, { recursive: true, force: true });
  const backups = [];
  let base;
  for (const [level, codec] of ['zstd', 'gzip', 'none'].entries()) {
    await edits[level]();
    base = await backup(place, { name: 'tree', codec, base, number: level });
    backups.push(base.facts);
  }
  for (const [i, codec] of (passphrase ? [] : ['bzip2', 'xz']).entries()) {
    backups.push((await backup(place, { name: codec, codec, number: 3 + i })).facts);
  }
  await storage.close();
  return { id: made.container.id, ...(recovery ? { recoveryKey: recovery.recoveryKey } : {}), backups };
}

const expected = {
  passphrase: PASSPHRASE,
  encrypted: await container('encrypted', PASSPHRASE),
  plain: await container('plain', undefined),
};
await writeFile(join(folder, 'expected.json'), `${JSON.stringify(expected, undefined, 2)}\n`);
await rm(work, { recursive: true, force: true });
