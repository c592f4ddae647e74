import { constants } from 'node:os';
import { lowerOwnPriority, systemCommands } from '#host';
import { systemClock } from '#kernel';
import { runExec } from '#workflows';
import type { ActionContext, ActionResult } from '../action.js';
import { tellWalk } from '../output/walk-events.js';

/** Runs a command without a shell; the agent ends with its exit code, or with 128 and the number of its signal. */
export async function exec({
  config,
  reporter,
  signal,
  logger,
}: ActionContext<'exec'>): Promise<ActionResult> {
  await lowerOwnPriority(config.priority, systemCommands);
  const parts = { commands: systemCommands, clock: systemClock, log: logger };
  const exit = await runExec(parts, { command: config.command }, { signal, onEvent: tellWalk(reporter) });
  const exitCode = exit.code ?? 128 + (exit.signal ? constants.signals[exit.signal] : 0);
  return {
    summary: {
      action: 'exec',
      state: exitCode === 0 ? 'succeeded' : 'failed',
      exitCode,
      signal: exit.signal,
    },
    lines: exitCode === 0 ? [] : [`the command ended with ${exit.signal ?? `exit code ${exitCode}`}`],
  };
}
