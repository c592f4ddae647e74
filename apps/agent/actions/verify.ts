import { formatBytes, formatDuration } from '#config';
import { lowerOwnPriority, systemCommands } from '#host';
import { exitCodes, Failure, monotonicMs, printable } from '#kernel';
import { runVerify, type VerifiedBackup } from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose, unlockOf } from '../compose.js';
import { counted } from '../../process/counted.js';
import { tellWalk } from '../output/walk-events.js';
import { namedHost } from '../series.js';

/** Verifies one backup or all. Exit code 9 when anything is wrong. */
export async function verify({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'verify'>): Promise<ActionResult> {
  await lowerOwnPriority(config.priority, systemCommands);
  const composed = await compose(config, logger);
  const started = monotonicMs();
  try {
    const order = {
      hostname: namedHost(config),
      name: config.backupName,
      id: config.backupId,
      unlock: unlockOf(config.secrets),
      readData: config.readData,
    };
    const report = await runVerify(composed.parts, order, { signal, onEvent: tellWalk(reporter) });
    for (const backup of report.backups) reporter.item('verified', factsOf(backup), textOf(backup));
    return result(report.backups, config.readData, monotonicMs() - started);
  } finally {
    await composed.close();
  }
}

function factsOf({ findings, ...facts }: VerifiedBackup): object {
  return {
    ...facts,
    findings: findings.map(({ thing, failure }) => ({ thing, code: failure.code, message: failure.message })),
  };
}

function textOf({ id, level, objects, bytes, findings, lost }: VerifiedBackup): string {
  const head = `${id} level ${level}: ${objects} objects, ${formatBytes(bytes)}`;
  if (findings.length === 0) return `${head}, good`;
  const problems = findings.map(({ failure }) => `  ${failure.code}: ${failure.message}`);
  const names = lost.slice(0, 100).map((path) => `  lost: ${printable(path)}`);
  const more = lost.length > 100 ? [`  and ${lost.length - 100} more`] : [];
  return [`${head}, DAMAGED`, ...problems, ...names, ...more].join('\n');
}

function result(backups: readonly VerifiedBackup[], readData: boolean, ms: number): ActionResult {
  const damaged = backups.filter(({ findings }) => findings.length > 0);
  const bytes = backups.reduce((sum, backup) => sum + backup.bytes, 0);
  const good = damaged.length === 0;
  const scope = readData
    ? 'all data read and compared with the catalogue'
    : 'all stored bytes compared with their digests';
  return {
    summary: {
      action: 'verify',
      state: good ? 'succeeded' : 'failed',
      exitCode: good ? 0 : exitCodes.corrupt,
      backups: backups.length,
      damaged: damaged.length,
      findings: damaged.reduce((sum, { findings }) => sum + findings.length, 0),
      lost: damaged.reduce((sum, { lost }) => sum + lost.length, 0),
      bytes,
      readData,
      durationMs: Math.round(ms),
    },
    lines: good
      ? [
          `${counted(backups.length, 'backup')} verified, ${formatBytes(bytes)} in ${formatDuration(ms)}: ${scope}`,
        ]
      : [],
    failure: good
      ? undefined
      : new Failure(
          'verify.failed',
          `${damaged.length} of ${counted(backups.length, 'backup')} are damaged`,
          {},
        ),
  };
}
