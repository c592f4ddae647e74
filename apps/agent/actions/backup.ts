import { writeFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { formatBytes, formatDuration, formatRate, type AgentConfig } from '#config';
import type { Notice } from '#domain';
import { lowerOwnPriority, systemCommands } from '#host';
import { exitCodes, Failure, monotonicMs } from '#kernel';
import {
  previewBackup,
  runBackup,
  type BackupOrder,
  type BackupOutcome,
  type BackupPreview,
  type Parts,
  type WorkflowEvent,
} from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { writerLimits } from '../writer-limits.js';
import { metadataDocument } from '../metadata-document.js';
import { counted } from '../../process/counted.js';
import { copiesResult } from '../output/copies.js';
import { sourceSize, type SourceSize } from '../output/source-size.js';
import { tellWalk } from '../output/walk-events.js';
import { PROGRAM } from '../../process/program.js';

/** Backs up one directory. Exit code 3 when something in it could not be read. */
export async function backup(context: ActionContext<'backup'>): Promise<ActionResult> {
  const { config, reporter, signal, logger } = context;
  await lowerOwnPriority(config.priority, systemCommands);
  const composed = await compose(config, { logger, reporter });
  const started = monotonicMs();
  const size = expectedSize(context);
  try {
    const order = orderOf(config, composed.parts);
    const tell = tellWalk(reporter, size.total);
    const onEvent = (event: WorkflowEvent) => {
      size.listen(event);
      tell(event);
    };
    const walk = { signal, onEvent };
    if (config.dryRun) return previewed(config, await previewBackup(composed.parts, order, walk));
    const outcome = await runBackup(composed.parts, order, walk);
    await writeMetadata(context, outcome);
    return done(config, outcome, monotonicMs() - started);
  } finally {
    size.stop();
    await composed.close();
  }
}

/** How much is coming: only a full backup reads as much as there is. */
function expectedSize({ config, signal, watched }: ActionContext<'backup'>) {
  let size: SourceSize | undefined;
  return {
    listen: (event: WorkflowEvent) => {
      const full = event.kind === 'step-told' && event.name === 'level-chosen' && event.facts['level'] === 0;
      if (full && watched) size = sourceSize(config.pathToBackup, signal);
    },
    total: () => size?.total(),
    stop: () => size?.stop(),
  };
}

function orderOf(config: AgentConfig<'backup'>, parts: Parts): BackupOrder {
  return {
    source: {
      root: config.pathToBackup,
      excludes: [...config.exclude, ...ownPlaces(config, parts)],
      excludeFiles: config.excludeFile,
      oneFileSystem: config.oneFileSystem,
      dereference: config.dereferenceSymlink,
    },
    hostname: config.hostname,
    name: config.backupName,
    policy: {
      incremental: !config.noIncremental,
      ...(config.maxLevel === undefined ? {} : { maxLevel: config.maxLevel }),
      ...(config.alwaysLevel === undefined ? {} : { alwaysLevel: config.alwaysLevel }),
      ...(config.restartAlwaysLevel === undefined ? {} : { restartAfterDays: config.restartAlwaysLevel }),
    },
    ...(config.label.length > 0 ? { labels: config.label } : {}),
    passphrase: config.secrets.passphrase?.reveal(),
    compression: config.compression,
    compressionLevel: config.compressionLevel,
    maxSegmentBytes: config.maxSegmentSize,
    resume: !config.noResume,
    limits: writerLimits(config),
    program: PROGRAM,
  };
}

/** A backup that contained its own container would grow without end. */
function ownPlaces({ pathToBackup, workDir }: AgentConfig<'backup'>, { storage }: Parts): string[] {
  const { directories = [] } = storage.properties;
  const places = [...directories, `${resolve(workDir)}/firn-agent-*`];
  return places.filter((place) => {
    const way = relative(pathToBackup, place);
    return way !== '' && !way.startsWith('..') && !isAbsolute(way);
  });
}

async function writeMetadata(
  { config, data }: ActionContext<'backup'>,
  outcome: BackupOutcome,
): Promise<void> {
  if (config.metadataOut === undefined) return;
  const text = `${JSON.stringify(metadataDocument(config, outcome.manifest))}\n`;
  if (config.metadataOut === '-') return data(Buffer.from(text));
  try {
    await writeFile(config.metadataOut, text, { mode: 0o600 });
  } catch (error) {
    throw new Failure(
      'input.file-unreadable',
      `cannot write "${config.metadataOut}"`,
      { path: config.metadataOut },
      error,
    );
  }
}

function done(
  config: AgentConfig<'backup'>,
  { manifest, reason, notices, resumed, copies, undoFailures }: BackupOutcome,
  ms: number,
): ActionResult {
  const { totals } = manifest;
  const copied = copiesResult(copies, config.requireCopies);
  const incomplete = totals.skipped > 0 ? incompleteSource(config.pathToBackup, notices) : undefined;
  // Fewer copies than were asked for weigh more than a file that could not be read: the next run may have no base.
  const [failure = copied.failure ?? incomplete] = undoFailures;
  const exitCode = failure ? exitCodes[failure.kind] : 0;
  return {
    summary: {
      action: 'backup',
      state: exitCode === 0 ? 'succeeded' : 'incomplete',
      exitCode,
      backup: manifest.backup,
      chain: manifest.chain,
      base: manifest.base?.backup,
      level: manifest.level,
      reason,
      hostname: manifest.hostname,
      name: manifest.name,
      startedAt: manifest.startedAt,
      finishedAt: manifest.finishedAt,
      encrypted: manifest.dataKey !== undefined,
      ...totals,
      ...(resumed ? { resumed } : {}),
      ...copied.facts,
      durationMs: Math.round(ms),
      notices: notices.slice(0, SHOWN),
    },
    lines: [
      `backup ${manifest.backup}: ${reason}`,
      `${counted(totals.files, 'file')} in ${counted(totals.entries, 'entry', 'entries')}, ${formatBytes(totals.contentBytes)}; ` +
        `stored ${formatBytes(totals.storedBytes)} in ${formatDuration(ms)} (${formatRate(totals.streamBytes, ms)})` +
        (manifest.dataKey ? ', encrypted' : ''),
      ...(resumed
        ? [
            `${formatBytes(resumed.bytes)} in ${counted(resumed.segments, 'segment')} were stored by an earlier run`,
          ]
        : []),
      ...copied.lines,
      ...noticeLines(notices),
    ],
    failure,
  };
}

const SHOWN = 1000;

function incompleteSource(source: string, notices: readonly Notice[]): Failure {
  const skipped = notices.filter((notice) => notice.state === 'skipped' && !notice.harmless);
  return new Failure(
    'source.incomplete',
    `${counted(skipped.length, 'path')} in "${source}" could not be stored`,
    {
      source,
      skipped: skipped.length,
    },
  );
}

function noticeLines(notices: readonly Notice[]): string[] {
  const changed = notices.filter((notice) => notice.state === 'changed').length;
  const skipped = notices.filter((notice) => notice.state === 'skipped' && !notice.harmless).length;
  return [
    ...(skipped > 0 ? [`${counted(skipped, 'path')} could not be stored`] : []),
    ...(changed > 0 ? [`${counted(changed, 'file')} changed while being read`] : []),
  ];
}

function previewed(
  config: AgentConfig<'backup'>,
  { level, reason, measured, notices }: BackupPreview,
): ActionResult {
  return {
    summary: {
      action: 'backup',
      state: 'succeeded',
      exitCode: 0,
      dryRun: true,
      level,
      reason,
      ...measured,
      notices: notices.slice(0, SHOWN),
    },
    lines: [
      `dry run of "${config.backupName}": ${reason}`,
      `${counted(measured.files, 'file')} in ${counted(measured.entries, 'entry', 'entries')}, ${formatBytes(measured.bytes)} would be read`,
      ...noticeLines(notices),
    ],
  };
}
