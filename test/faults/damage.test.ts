import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { agent, assertSameTree, Fixture, noise, type AgentRun } from '#test/support';

/** The folder of the one backup in a container. */
function backupFolder(container: string): string {
  const backups = join(container, 'backups');
  const levels = readdirSync(backups, { recursive: true, encoding: 'utf8' });
  return join(backups, levels.find((path) => path.endsWith('/manifest'))?.replace(/\/manifest$/, '') ?? '');
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}

interface Damage {
  readonly title: string;
  readonly harm: (folder: string) => void;
  /**
   * What becomes of the files: some can be lost while others are saved, all can be saved since these objects can be made
   * anew, or nothing can be restored.
   */
  readonly lost: 'some' | readonly ('catalogue' | 'index')[] | 'all';
}

const segment = (folder: string, n: number) => join(folder, 'segments', String(n).padStart(8, '0'));

const damages: readonly Damage[] = [
  { title: 'a flipped bit in the body of a frame', lost: 'some', harm: (f) => flip(segment(f, 3), 5000) },
  { title: 'a flipped bit in the header of a frame', lost: 'some', harm: (f) => flip(segment(f, 3), 9) },
  {
    title: 'a flipped bit in a tag',
    lost: 'some',
    harm: (f) => flip(segment(f, 3), readFileSync(segment(f, 3)).length - 1),
  },
  { title: 'a missing segment', lost: 'some', harm: (f) => rmSync(segment(f, 2)) },
  { title: 'a truncated segment', lost: 'some', harm: (f) => truncateSync(segment(f, 2), 1000) },
  { title: 'an empty segment', lost: 'some', harm: (f) => truncateSync(segment(f, 2), 0) },
  {
    title: 'two swapped segments',
    lost: 'some',
    harm: (f) => {
      renameSync(segment(f, 1), `${f}/aside`);
      renameSync(segment(f, 2), segment(f, 1));
      renameSync(`${f}/aside`, segment(f, 2));
    },
  },
  {
    title: 'a segment in the place of another',
    lost: 'some',
    harm: (f) => copyFileSync(segment(f, 1), segment(f, 4)),
  },
  {
    title: 'a flipped bit in the catalogue',
    lost: ['catalogue'],
    harm: (f) => flip(join(f, 'catalogue'), 100),
  },
  { title: 'a flipped bit in the index', lost: ['index'], harm: (f) => flip(join(f, 'index'), 30) },
  {
    title: 'an index and a catalogue in each other’s place',
    lost: ['index', 'catalogue'],
    harm: (f) => {
      renameSync(join(f, 'index'), join(f, 'aside'));
      renameSync(join(f, 'catalogue'), join(f, 'index'));
      renameSync(join(f, 'aside'), join(f, 'catalogue'));
    },
  },
  {
    title: 'a missing index and a flipped bit in a frame',
    lost: 'some',
    harm: (f) => {
      rmSync(join(f, 'index'));
      flip(segment(f, 3), 5000);
    },
  },
  {
    title: 'a missing catalogue and a flipped bit in a frame',
    lost: 'all',
    harm: (f) => {
      rmSync(join(f, 'catalogue'));
      flip(segment(f, 3), 5000);
    },
  },
  { title: 'a flipped bit in the manifest', lost: 'all', harm: (f) => flip(join(f, 'manifest'), 200) },
];

/** Says which object is damaged and what can be done about it. */
function assertHints(run: AgentRun, object: string): void {
  const { code, message, hint } = run.failure ?? {};
  assert.equal(code, `${object}.damaged`);
  assert.match(String(message), new RegExp(`/${object}" is `));
  assert.match(String(hint), /--keep-going/);
}

/** Paths that a verification names. */
function lostIn(run: AgentRun): string[] {
  return run.lines.filter(({ type }) => type === 'verified').flatMap(({ lost }) => lost as string[]);
}

function assertNamed(lost: readonly string[], some: boolean, all: number): void {
  if (some) assert.ok(lost.length > 0 && lost.length < all, `${lost.length} lost`);
  else assert.deepEqual(lost, []);
}

for (const encrypted of [true, false]) {
  describe(`damage to an ${encrypted ? 'encrypted' : 'unencrypted'} container`, function () {
    this.timeout(120_000);
    let fixture: Fixture;
    const files = Array.from({ length: 40 }, (_, i) => `d${i % 4}/file-${i}`);

    before(async () => {
      fixture = new Fixture(encrypted);
      fixture.write(Object.fromEntries(files.map((path, i) => [path, noise(40_000 + i, i + 1)])));
      const run = await fixture.backup(['--max-segment-size', '256KiB']);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      cpSync(fixture.container, join(fixture.place, 'good'), { recursive: true });
    });
    after(() => fixture.remove());

    const harmed = (harm: Damage['harm']) => {
      rmSync(fixture.container, { recursive: true });
      cpSync(join(fixture.place, 'good'), fixture.container, { recursive: true });
      harm(backupFolder(fixture.container));
    };

    for (const [i, { title, harm, lost: expected }] of damages.entries()) {
      it(`finds ${title} by verify, with and without the key`, async () => {
        harmed(harm);
        for (const args of [
          ['verify', '--container', fixture.container],
          ['verify', '--read-data', ...fixture.where],
        ]) {
          const run = await agent(args);
          assert.equal(run.code, 9, JSON.stringify(run.lines));
          assert.equal(run.summary['state'], 'failed');
          if (args.includes('--read-data')) assertNamed(lostIn(run), expected === 'some', files.length);
        }
      });

      it(`refuses to restore over ${title}, and names what is lost`, async () => {
        const target = `refused-${i}`;
        const run = await fixture.restore(target);
        assert.equal(run.code, 9, JSON.stringify(run.lines));
        assert.equal(run.failure?.['kind'], 'corrupt');
        if (Array.isArray(expected)) assertHints(run, expected.includes('catalogue') ? 'catalogue' : 'index');
        // Without the index it is not known where anything lies; that is for --keep-going to find out.
        if (expected !== 'some' || run.failure?.['code'] === 'index.damaged') return;
        const lost = (run.failure?.['context'] as { lost: string[] }).lost;
        assert.ok(lost.length > 0 && lost.length < files.length, `${lost.length} lost`);
        // What is there, is right: no file is left half written under its name.
        for (const path of files.filter((file) => existsSync(join(fixture.place, target, file)))) {
          assert.ok(
            readFileSync(join(fixture.place, target, path)).equals(readFileSync(join(fixture.source, path))),
            path,
          );
          assert.equal(lost.includes(path), false, `${path} is called lost`);
        }
      });

      if (expected === 'all') {
        it(`restores nothing over ${title}, even with --keep-going`, async () => {
          const run = await fixture.restore(`none-${i}`, ['--keep-going']);
          assert.equal(run.code, 9, JSON.stringify(run.lines));
        });
        continue;
      }

      if (expected !== 'some') {
        it(`restores everything in spite of ${title} with --keep-going, and says so`, async () => {
          const target = `saved-${i}`;
          const run = await fixture.restore(target, ['--keep-going']);
          assert.equal(run.code, 3, JSON.stringify(run.lines));
          assert.equal(run.summary['state'], 'incomplete');
          assert.deepEqual(run.summary['lost'], []);
          assert.deepEqual(
            (run.summary['rescued'] as string[]).map((text) =>
              text.replace(/ of \d{8}T\d{6}Z-[0-9a-f]{8}$/, ''),
            ),
            expected,
          );
          assert.equal(run.failure?.['code'], 'restore.incomplete');
          assert.match(String(run.failure['message']), /^nothing is lost; .*made anew from the data: /);
          const told = run.lines.filter(({ type }) => type === 'object-rescued');
          assert.deepEqual(
            told.map(({ object }) => object),
            expected,
          );
          await assertSameTree(fixture.source, join(fixture.place, target));
        });
        continue;
      }

      it(`restores everything else around ${title} with --keep-going`, async () => {
        const target = `kept-${i}`;
        const run = await fixture.restore(target, ['--keep-going']);
        assert.equal(run.code, 3, JSON.stringify(run.lines));
        const lost = run.summary['lost'] as string[];
        assert.ok(lost.length > 0);
        for (const path of files) {
          const restored = join(fixture.place, target, path);
          assert.equal(existsSync(restored), !lost.includes(path), path);
          if (!lost.includes(path))
            assert.ok(readFileSync(restored).equals(readFileSync(join(fixture.source, path))), path);
        }
      });
    }

    it('restores all when nothing is damaged', async () => {
      harmed(() => undefined);
      assert.equal((await fixture.restore('whole')).code, 0);
      await assertSameTree(fixture.source, join(fixture.place, 'whole'));
    });

    it('restores all whatever is wrong with the state of the engine', async () => {
      harmed((folder) => rmSync(join(folder, 'state')));
      assert.equal((await fixture.restore('without-state')).code, 0);
      await assertSameTree(fixture.source, join(fixture.place, 'without-state'));
    });

    it('restores what is unchanged from a level whose catalogue is missing, with --keep-going', async () => {
      harmed(() => undefined);
      const base = backupFolder(fixture.container);
      const newer = await fixture.backup(['--max-segment-size', '256KiB']);
      assert.equal(newer.summary['level'], 1, JSON.stringify(newer.lines));
      rmSync(join(base, 'catalogue'));
      const run = await fixture.restore('two-levels', ['--keep-going']);
      assert.equal(run.code, 3, JSON.stringify(run.lines));
      assert.deepEqual(run.summary['lost'], []);
      await assertSameTree(fixture.source, join(fixture.place, 'two-levels'));
    });

    it('makes a full backup, and says why, when the state of the base is damaged', async () => {
      harmed((folder) => flip(join(folder, 'state'), 60));
      const run = await fixture.backup(['--cache-dir', join(fixture.place, 'no-cache')]);
      assert.equal(run.code, 0, JSON.stringify(run.failure));
      assert.equal(run.summary['level'], 0);
      assert.match(String(run.summary['reason']), /cannot be used: .*state.* is damaged/);
    });
  });
}
