import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree, type RunningCommand } from '#host';
import { deadline, systemClock } from '#kernel';
import { agent, assertSameTree, startAgent, type Fixture } from '#test/support';

const PATIENCE_MS = 60_000;
const POLL_MS = 5;

/** A backup that runs as a process of its own while a test interferes with its storage. */
export interface TroubledBackup {
  readonly running: RunningCommand;
  readonly isOver: () => boolean;
  /** Lines of its log with these words: what it has tried again, and why. */
  logged(...words: readonly string[]): readonly string[];
  /** Resolves when `isSo` says yes; rejects when the backup ends, or a minute goes by, before that. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Waits for its end, which must be a good one. */
  succeeds(): Promise<void>;
}

/** What the log says of each call that is made again. */
export const TRIED_AGAIN = 'storage call is tried again';

export async function startBackup(fixture: Fixture, args: readonly string[]): Promise<TroubledBackup> {
  const log = join(mkdtempSync(join(fixture.place, 'run-')), 'log');
  const running = await startAgent([
    ...['backup', '--path-to-backup', fixture.source, '--backup-name', 'test', ...args],
    ...['--encrypt-pass-file', fixture.pass, '--log-file', log],
  ]);
  let over = false;
  let said = '';
  running.stdout?.on('data', (words: Buffer) => (said = (said + words.toString()).slice(-4000)));
  void running.exit.then(() => (over = true));
  const logged = (...words: readonly string[]) =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => words.every((word) => line.includes(word)))
      : [];
  return {
    ...{ running, logged, isOver: () => over },
    until: async (what, isSo) => {
      const limit = deadline(PATIENCE_MS, new Error(`not within a minute: ${what}`));
      try {
        while (!isSo()) {
          limit.signal.throwIfAborted();
          assert.ok(!over, `it ended before this: ${what}; it said ${said}`);
          await systemClock.sleep(POLL_MS);
        }
      } finally {
        limit.clear();
      }
    },
    succeeds: async () => {
      const exit = await running.exit;
      assert.deepEqual(exit, { code: 0, signal: undefined }, said + logged().slice(-20).join('\n'));
    },
  };
}

/** What holds whatever happened: all that is listed is whole to the last byte, and the newest is `expected`. */
export async function assertWhole(
  fixture: Fixture,
  where: readonly string[],
  expected: string,
): Promise<number> {
  const target = mkdtempSync(join(fixture.place, 'restored-'));
  const key = ['--encrypt-pass-file', fixture.pass];
  const [verified, restored] = await Promise.all([
    agent(['verify', '--read-data', ...where, ...key]),
    agent(['restore', '--backup-name', 'test', '--restore-abs-path', target, ...where, ...key]),
  ]);
  for (const run of [verified, restored]) assert.equal(run.code, 0, run.stderr + run.stdout.toString());
  await assertSameTree(expected, target);
  await removeTree(target);
  return Number(verified.summary['backups']);
}
