import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { difference, sameContent } from './compare.mjs';
import { measure } from './measure.mjs';
import { openSession } from './session.mjs';
import { Targets } from './targets.mjs';
import { TASKS, tasksOf } from './tasks.mjs';
import { touchMemory } from './touched-memory.mjs';
import { sizeOf } from './walk.mjs';

/** A change within the second in which the last backup ended could be missed by whoever goes by times. */
const NEXT_SECOND_MS = 1100;

/**
 * Lets the contenders do their tasks with one set, in turn: each task by all of them, then the next, for so many rounds.
 * Yields one record for each run.
 */
export async function* rounds(
  set,
  contenders,
  { tasks, rounds: count, directory, programs, limitMs, keep, signal },
) {
  for (let round = 1; round <= count; round += 1) {
    const place = path.join(directory, `${set.name}-${round}`);
    const targets = new Targets(path.join(place, 'targets'));
    const stage = { set, directory: place, programs, targets, limitMs, signal };
    const taking = contenders
      .filter((contender) => round <= (contender.rounds ?? count))
      .map((contender) => entrant(contender, stage, tasks))
      .filter((one) => one.tasks.length > 0);
    try {
      await warmed(set);
      for (const task of TASKS) {
        const doing = taking.filter((one) => one.tasks.includes(task));
        if (task === 'change' && doing.length > 0) {
          set.change();
          await warmed(set);
        }
        for (const one of doing) yield { set: set.name, round, ...(await run(task, one, stage)) };
      }
    } finally {
      for (const { contender, session, failed } of taking) {
        if (failed)
          keepLog(session, path.join(directory, '..', 'logs', `${set.name}-${round}-${contender.name}.log`));
        if (contender.close) await unmeasured(contender.close(session), session, stage);
      }
      set.undo();
      targets.removeAll();
      if (!keep) fs.rmSync(place, { recursive: true, force: true });
    }
  }
}

function entrant(contender, { set, directory, programs }, wanted) {
  const tasks = tasksOf(set.name, contender.name, wanted);
  return tasks.length === 0
    ? { tasks }
    : {
        contender,
        tasks,
        session: openSession(path.join(directory, contender.name), set, programs),
        storedBytes: 0,
      };
}

async function warmed(set) {
  set.warm();
  await sleep(NEXT_SECOND_MS);
}

/** What a failed run leaves is nothing to go on with: the contender is out for the rest of the round. */
async function run(task, one, stage) {
  const { contender, session } = one;
  const record = { task, contender: contender.name };
  if (one.broken) return { ...record, failure: `its ${one.broken} had failed` };
  const failure = await attempt(task, one, stage, record);
  if (failure === undefined) return record;
  one.failed = true;
  if (task !== 'file' && task !== 'restore' && task !== 'verify') one.broken = task;
  return { ...record, failure, printed: lastLines(session.log) };
}

/** Fills the record; returns why the run does not count. */
async function attempt(task, one, stage, record) {
  const { contender, session: base } = one;
  const { set, targets, signal } = stage;
  const restores = task === 'restore' || task === 'file';
  const file = task === 'file' ? set.oneFile : undefined;
  const target = restores ? targets.make(file ? 0 : set.bytes) : undefined;
  const session = { ...base, target, file };
  try {
    const prepared = await unmeasured(contender.prepare?.(task, session), session, stage);
    signal.throwIfAborted();
    if (prepared) return prepared;
    fs.appendFileSync(session.log, `\n== ${task}\n`);
    // What the one before has not yet written would slow this one down.
    execFileSync('sync');
    if (task === 'restore') touchMemory(set.bytes);
    const { exitCode, ending, ...figures } = await measure({
      ...session,
      ...contender.command(task, session),
      ...stageOf(stage),
    });
    signal.throwIfAborted();
    const stored = sizeOf(session.repository).bytes;
    Object.assign(record, figures, { storedBytes: stored - one.storedBytes });
    one.storedBytes = stored;
    if (exitCode !== 0) return ending ?? `exit code ${exitCode}`;
    if (task === 'restore') return difference(set.source, contender.restored(session));
    if (task === 'file') return wrongFile(contender, session);
    return await unmeasured(contender.after?.(task, session), session, stage);
  } finally {
    if (target) targets.remove(target);
  }
}

async function unmeasured(command, session, stage) {
  if (!command) return undefined;
  const { exitCode, ending } = await measure({ ...session, ...command, ...stageOf(stage) });
  return exitCode === 0
    ? undefined
    : `${command.command} ${command.args[0]}: ${ending ?? `exit code ${exitCode}`}`;
}

function stageOf({ limitMs, signal }) {
  return { limitMs, signal };
}

function wrongFile(contender, session) {
  const restored = contender.restoredFile?.(session) ?? path.join(contender.restored(session), session.file);
  if (!fs.existsSync(restored)) return `${session.file} was not restored`;
  return sameContent(path.join(session.set.source, session.file), restored)
    ? undefined
    : `${session.file}: other content`;
}

function keepLog({ log }, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(log, to);
}

function lastLines(log) {
  return fs.readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
}
