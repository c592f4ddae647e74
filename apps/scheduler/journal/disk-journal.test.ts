import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { jsonLogger, systemClock } from '#kernel';
import { withTemporaryDirectory } from '#test/support';
import { DiskJournal } from './disk-journal.js';
import type { JournalledRun } from './journalled-run.js';

function run(claimId: string): JournalledRun {
  const dueAt = new Date('2026-01-01T00:00:00.123Z');
  return {
    version: 1,
    phase: 'claiming',
    claim: {
      clientId: 'web1',
      jobId: 'j1',
      jobRevision: 3,
      occurrence: 'once:1',
      dueAt,
      holder: 'h',
      claimId,
    },
    attempts: [],
    cancelled: false,
    backups: [],
  };
}

function journalIn(path: string): { journal: DiskJournal; log: Record<string, unknown>[] } {
  const log: Record<string, unknown>[] = [];
  const logger = jsonLogger((line) => log.push(JSON.parse(line) as Record<string, unknown>), systemClock);
  return { journal: new DiskJournal(path, logger), log };
}

describe('the journal on disk', () => {
  it('gives back what was written, to whoever opens it next', () =>
    withTemporaryDirectory(async (path) => {
      const { journal } = journalIn(path);
      assert.deepEqual(await journal.load(), []);
      const later = {
        ...run('b'),
        agent: { pid: 12 },
        attempts: [
          {
            ...{ action: 0, does: 'backup', attempt: 1, state: 'running' as const },
            ...{ startedAt: new Date(1000), steps: [] },
          },
        ],
      };
      await journal.write(run('a'));
      await journal.write(run('b'));
      await journal.write(later);
      assert.deepEqual(await journalIn(path).journal.load(), [run('a'), later]);
    }));

  it('is for its user alone', () =>
    withTemporaryDirectory(async (path) => {
      const { journal } = journalIn(path);
      await journal.load();
      await journal.write(run('a'));
      const directory = journal.directoryOf(run('a'));
      assert.equal(statSync(directory).mode & 0o777, 0o700);
      assert.equal(statSync(join(directory, 'run.json')).mode & 0o777, 0o600);
    }));

  it('keeps the directories of the newest twenty runs that are over', () =>
    withTemporaryDirectory(async (path) => {
      const { journal } = journalIn(path);
      await journal.load();
      for (let i = 0; i < 23; i += 1) {
        const one = run(`claim-${i}`);
        await journal.write(one);
        await journal.close(one);
      }
      assert.deepEqual(await journal.load(), []);
      const kept = readdirSync(join(path, 'reported'));
      assert.equal(kept.length, 20);
      assert.ok(kept.includes('claim-22') && !kept.includes('claim-0'));
    }));

  const damage: Record<string, string> = {
    'an empty file': '',
    'half a file': JSON.stringify(run('bad')).slice(0, 80),
    'no JSON': 'nonsense',
    'a run that makes no sense': JSON.stringify({ ...run('bad'), phase: 'sleeping' }),
    'the run of another directory': JSON.stringify(run('other')),
    'a newer version': JSON.stringify({ ...run('bad'), version: 2 }),
  };
  for (const [what, text] of Object.entries(damage)) {
    it(`puts ${what} aside and says where, while others go on`, () =>
      withTemporaryDirectory(async (path) => {
        const { journal, log } = journalIn(path);
        await journal.load();
        await journal.write(run('good'));
        for (let turn = 0; turn < 2; turn += 1) {
          mkdirSync(join(path, 'runs', 'bad'));
          writeFileSync(join(path, 'runs', 'bad', 'run.json'), text);
          assert.deepEqual(await journal.load(), [run('good')]);
        }
        assert.equal(readFileSync(join(path, 'damaged', 'bad', 'run.json'), 'utf8'), text);
        assert.ok(existsSync(join(path, 'damaged', 'bad.1')));
        assert.deepEqual(
          log.map(({ code, movedTo }) => [code, movedTo]),
          ['bad', 'bad.1'].map((name) => ['scheduler.journal-damaged', join(path, 'damaged', name)]),
        );
      }));
  }

  it('clears away what was begun and not written', () =>
    withTemporaryDirectory(async (path) => {
      const { journal, log } = journalIn(path);
      await journal.load();
      mkdirSync(join(path, 'runs', 'begun'));
      writeFileSync(join(path, 'runs', 'begun', 'run.json.new'), '{');
      assert.deepEqual(await journal.load(), []);
      assert.ok(!existsSync(join(path, 'runs', 'begun')));
      assert.deepEqual(log, []);
    }));

  it('knows the occurrences that were dealt with, or none when they cannot be read', () =>
    withTemporaryDirectory(async (path) => {
      const { journal } = journalIn(path);
      assert.deepEqual(await journal.loadOccurrences(), new Map());
      const known = new Map([['j1', new Date(5000)]]);
      await journal.writeOccurrences(known);
      assert.deepEqual(await journal.loadOccurrences(), known);
      const many = Array.from({ length: 30 }, (_, at) => new Map([['j1', new Date(at)]]));
      await Promise.all(many.map((one) => journal.writeOccurrences(one)));
      assert.deepEqual(await journal.loadOccurrences(), many.at(-1));
      writeFileSync(join(path, 'occurrences.json'), '{"j1": "yesterday"}');
      assert.deepEqual(await journal.loadOccurrences(), new Map());
    }));
});
