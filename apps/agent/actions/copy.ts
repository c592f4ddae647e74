import { formatBytes, formatDuration } from '#config';
import { agreeOnContainer, copyBackups, listBackups, seedCopies, type CopiedBackups } from '#backup-set';
import { lowerOwnPriority, systemCommands } from '#host';
import { asFailure, exitCodes, Failure, monotonicMs, withNearest } from '#kernel';
import type { CopiedStorage, OpenCopy } from '#storage';
import { seriesLock, type Parts } from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { compose } from '../compose.js';
import { counted } from '../../process/counted.js';

interface Target {
  readonly name: string;
  readonly copied?: CopiedBackups;
  readonly failure?: Failure;
}

/** Brings the other storages up to date from one of them, byte for byte and without the key. */
export async function copy(context: ActionContext<'copy'>): Promise<ActionResult> {
  const { config, logger, signal, reporter } = context;
  await lowerOwnPriority(config.priority, systemCommands);
  if (config.storages.length < 2)
    throw new Failure(
      'input.missing-option',
      'a copy takes two storages or more: from the first to the others',
      {},
    );
  const composed = await compose(config, { logger, reporter });
  const started = monotonicMs();
  try {
    const copies = composed.parts.copies as CopiedStorage;
    const from = sourceOf(copies, config.from);
    await agreeOnContainer(copies, signal);
    await seedCopies(copies, signal);
    const held = await lockSeries(composed.parts, from, context);
    try {
      const targets: Target[] = [];
      for (const to of copies.members())
        if (to.name !== from.name) targets.push(await brought(from, to, composed.parts, context));
      for (const { name, state, failure } of copies.states())
        if (state !== 'whole' && failure && name !== from.name) targets.push({ name, failure });
      for (const target of targets) reporter.item('copied', factsOf(target), textOf(target));
      return result(from.name, targets, monotonicMs() - started);
    } finally {
      for (const one of held) await one.release();
    }
  } finally {
    await composed.close();
  }
}

function sourceOf(copies: CopiedStorage, wanted: string | undefined): OpenCopy {
  const members = copies.members();
  const names = copies.states().map(({ name }) => name);
  const name = wanted ?? names[0];
  const found = members.find((member) => member.name === name);
  if (found) return found;
  const failure = copies.states().find((state) => state.name === name)?.failure;
  if (failure) throw failure;
  throw new Failure(
    'storage.endpoint-unknown',
    `there is no storage ${withNearest(name ?? '', names)} to copy from`,
    {
      name,
    },
  );
}

/** Nobody writes to the series meanwhile. */
async function lockSeries(
  parts: Parts,
  from: OpenCopy,
  { config: { hostname, backupName }, signal }: ActionContext<'copy'>,
) {
  const { backups } = await listBackups(from.storage, { hostname, name: backupName }, signal);
  const names = new Set(backups.map(({ hostname, name }) => seriesLock(hostname, name)));
  const held: { release(): Promise<void> }[] = [];
  for (const name of [...names].sort()) {
    const one = await parts.exclusively(name);
    if (one) held.push(one);
    else {
      for (const each of held) await each.release();
      const [, host = '', series = ''] = name.split('\n');
      throw new Failure('backup.busy', `a backup "${series}" of ${host} is running`, {
        hostname: host,
        name: series,
      });
    }
  }
  return held;
}

async function brought(
  from: OpenCopy,
  to: OpenCopy,
  { copies, writer, clock }: Parts,
  { config: { hostname, backupName }, signal, reporter }: ActionContext<'copy'>,
): Promise<Target> {
  const members = copies?.members() ?? [];
  const others = members.filter(({ name }) => name !== from.name && name !== to.name);
  try {
    const copied = await copyBackups(from, to.storage, others, {
      ...{ hostname, name: backupName, signal, writer, clock },
      onBackup: ({ backup: { id, level } }, { bytes }) => {
        reporter.event(
          'backup-copied',
          { to: to.name, backup: id, level },
          `${to.name}: ${id} level ${level}`,
        );
        reporter.progress({ bytes });
      },
    });
    return { name: to.name, copied };
  } catch (error) {
    signal.throwIfAborted();
    return { name: to.name, failure: asFailure(error) };
  }
}

function factsOf({ name, copied, failure }: Target): object {
  return { name, ...copied, ...(failure ? { code: failure.code, message: failure.message } : {}) };
}

function textOf({ name, copied, failure }: Target): string {
  if (!copied) return `${name}: NOT up to date: ${failure?.message ?? 'no reason is known'}`;
  const { backups, presentBackups, objects, bytes } = copied;
  return `${name}: ${counted(backups, 'backup')} brought (${counted(objects, 'object')}, ${formatBytes(bytes)}), ${presentBackups} there before`;
}

function result(from: string, targets: readonly Target[], ms: number): ActionResult {
  const missed = targets.filter(({ failure }) => failure);
  const [first] = missed;
  const failure = first?.failure
    ? new Failure(
        'copies.incomplete',
        `not up to date: ${missed.map(({ name }) => name).join(', ')}`,
        {},
        first.failure,
      )
    : undefined;
  const sum = (of: (copied: CopiedBackups) => number) =>
    targets.reduce((total, { copied }) => total + (copied ? of(copied) : 0), 0);
  const facts = {
    backups: sum((each) => each.backups),
    objects: sum((each) => each.objects),
    bytes: sum((each) => each.bytes),
  };
  return {
    summary: {
      ...{
        action: 'copy',
        state: failure ? 'incomplete' : 'succeeded',
        exitCode: failure ? exitCodes.partial : 0,
      },
      ...{ from, storages: targets.map(factsOf), ...facts, durationMs: Math.round(ms) },
    },
    lines: [`copied from ${from} in ${formatDuration(ms)}: ${formatBytes(facts.bytes)}`],
    failure,
  };
}
