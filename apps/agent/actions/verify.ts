import { formatBytes, formatDuration } from '#config';
import { lowerOwnPriority, systemCommands } from '#host';
import { exitCodes, Failure, monotonicMs, printable } from '#kernel';
import {
  runVerify,
  type Leftover,
  type Parts,
  type VerifiedBackup,
  type VerifyOrder,
  type VerifyReport,
} from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose, unlockOf } from '../compose.js';
import { counted } from '../../process/counted.js';
import type { Reporter } from '../output/reporter.js';
import { tellWalk } from '../output/walk-events.js';
import { PROGRAM } from '../../process/program.js';
import { namedHost } from '../series.js';

/** Verifies one backup or all. Exit code 9 when anything is wrong. */
export async function verify({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'verify'>): Promise<ActionResult> {
  await lowerOwnPriority(config.priority, systemCommands);
  const composed = await compose(config, { logger, reporter });
  const started = monotonicMs();
  try {
    const sample = config.readDataSubset && {
      wish: config.readDataSubset,
      wanted: config.readDataSubset.text,
      seed: config.subsetSeed ?? Buffer.from(composed.parts.random(4)).toString('hex'),
    };
    const order: VerifyOrder = {
      hostname: namedHost(config),
      name: config.backupName,
      id: config.backupId,
      unlock: unlockOf(config.secrets),
      readData: config.readData,
      sample,
      keepAs: { program: PROGRAM },
    };
    const walk = { signal, onEvent: tellWalk(reporter) };
    const verified: VerifiedCopy[] = [];
    for (const { name, parts } of eachCopyOf(composed.parts)) {
      const report = await runVerify(parts, order, walk);
      for (const backup of report.backups)
        reporter.item('verified', { copy: name, ...factsOf(backup) }, inCopy(name, textOf(backup)));
      for (const leftover of report.leftovers) tellLeftover(leftover, reporter);
      if (report.notKept) tellNotKept(report.notKept, reporter);
      verified.push({ name, report });
    }
    return result(verified, order, copiesBehind(composed.parts, verified), monotonicMs() - started);
  } finally {
    await composed.close();
  }
}

/** What one of several storages holds, or the only one. */
interface VerifiedCopy {
  readonly name: string | undefined;
  readonly report: VerifyReport;
}

/** Each copy by itself: together they would hide what one of them lacks. */
function eachCopyOf(parts: Parts): readonly { readonly name: string | undefined; readonly parts: Parts }[] {
  const members = parts.copies?.members();
  if (!members) return [{ name: undefined, parts }];
  return members.map(({ name, storage }) => ({ name, parts: { ...parts, storage, copies: undefined } }));
}

/** Copies that could not be looked at, or lack a backup that another one has. */
function copiesBehind({ copies }: Parts, verified: readonly VerifiedCopy[]): Failure | undefined {
  const all = new Set(verified.flatMap(({ report }) => report.backups.map(({ id }) => id)));
  const late = verified
    .filter(({ report }) => report.backups.length < all.size)
    .map(({ name }) => name ?? '');
  const away = (copies?.states() ?? []).filter(({ state }) => state !== 'whole');
  if (late.length + away.length === 0) return undefined;
  const each = [
    ...late.map((name) => `"${name}" lacks backups that another one has`),
    ...away.map(({ name, failure }) => `"${name}": ${failure?.message ?? 'could not be looked at'}`),
  ];
  return new Failure('copies.incomplete', `not all copies are whole: ${each.join('; ')}`, {
    copies: [...late, ...away.map(({ name }) => name)],
  });
}

function inCopy(name: string | undefined, text: string): string {
  return name === undefined ? text : `${name}: ${text}`;
}

function factsOf({ findings, ...facts }: VerifiedBackup): object {
  return {
    ...facts,
    findings: findings.map(({ thing, failure }) => ({ thing, code: failure.code, message: failure.message })),
  };
}

function textOf({ id, level, objects, ofObjects, bytes, findings, lost }: VerifiedBackup): string {
  const count = objects === ofObjects ? `${objects}` : `${objects} of ${ofObjects}`;
  const head = `${id} level ${level}: ${count} objects, ${formatBytes(bytes)}`;
  if (findings.length === 0) return `${head}, good${objects === ofObjects ? '' : ' as far as it was read'}`;
  const problems = findings.map(({ failure }) => `  ${failure.code}: ${failure.message}`);
  const names = lost.slice(0, 100).map((path) => `  lost: ${printable(path)}`);
  const more = lost.length > 100 ? [`  and ${lost.length - 100} more`] : [];
  return [`${head}, DAMAGED`, ...problems, ...names, ...more].join('\n');
}

/** Nothing that harms a backup, so it changes neither state nor exit code. */
function tellLeftover(leftover: Leftover, reporter: Reporter): void {
  if (leftover.kind === 'stray') {
    const { key, size, reason } = leftover.stray;
    return reporter.item('orphan', { key, size, reason }, `of no use: ${key} (${reason})`);
  }
  const { found, state, reason } = leftover.orphan;
  const facts = { ...found.placed, folder: found.folder, state, reason };
  reporter.item('orphan', facts, `no backup: ${found.folder} (${reason})`);
}

function tellNotKept({ code, message }: Failure, reporter: Reporter): void {
  const text = `the result is not kept in the container: ${message}`;
  reporter.warning('verification-not-kept', { code, message }, text);
}

function result(
  verified: readonly VerifiedCopy[],
  order: VerifyOrder,
  behind: Failure | undefined,
  ms: number,
): ActionResult {
  const backups = verified.flatMap(({ report }) => report.backups);
  const leftovers = verified.flatMap(({ report }) => report.leftovers);
  const notKept = verified.some(({ report }) => report.notKept);
  const damaged = backups.filter(({ findings }) => findings.length > 0);
  const sum = (of: (backup: VerifiedBackup) => number) =>
    backups.reduce((total, each) => total + of(each), 0);
  const bytes = sum((each) => each.bytes);
  const good = damaged.length === 0;
  const read = {
    objects: sum((each) => each.objects),
    ofObjects: sum((each) => each.ofObjects),
    bytes,
    ofBytes: sum((each) => each.ofBytes),
  };
  const { sample } = order;
  const seed = sample && sample.wish.kind !== 'part' ? { seed: sample.seed } : {};
  return {
    summary: {
      action: 'verify',
      state: !good ? 'failed' : behind ? 'incomplete' : 'succeeded',
      exitCode: !good ? exitCodes.corrupt : behind ? exitCodes.partial : 0,
      backups: backups.length,
      damaged: damaged.length,
      findings: sum(({ findings }) => findings.length),
      lost: sum(({ lost }) => lost.length),
      ...read,
      readData: order.readData,
      ...(sample ? { sample: sample.wanted, ...seed } : {}),
      orphans: leftovers.length,
      kept: order.keepAs !== undefined && backups.length > 0 && !notKept,
      ...(verified.length > 1 || behind ? { copies: verified.map(copyFacts) } : {}),
      durationMs: Math.round(ms),
    },
    lines: good
      ? [
          `${counted(backups.length, 'backup')} verified, ${formatBytes(bytes)} in ${formatDuration(ms)}: ${scopeText(order, read)}`,
        ]
      : [],
    failure: good
      ? behind
      : new Failure(
          'verify.failed',
          `${damaged.length} of ${counted(backups.length, 'backup')} are damaged`,
          {},
        ),
  };
}

function copyFacts({ name, report: { backups } }: VerifiedCopy): object {
  const damaged = backups.filter(({ findings }) => findings.length > 0).length;
  return { name, backups: backups.length, damaged };
}

interface Read {
  readonly objects: number;
  readonly ofObjects: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

function scopeText({ readData, sample }: VerifyOrder, { objects, ofObjects, bytes, ofBytes }: Read): string {
  if (readData) return 'all data read and compared with the catalogue';
  if (!sample) return 'all stored bytes compared with their digests';
  const seed = sample.wish.kind === 'part' ? '' : `, seed ${sample.seed}`;
  const share = ofBytes > 0 ? (100 * bytes) / ofBytes : 100;
  return (
    `of ${counted(ofObjects, 'object')} all are there, and ${objects} (${share.toFixed(1)} % of the bytes) were ` +
    `compared with their digests (${sample.wanted}${seed})`
  );
}
