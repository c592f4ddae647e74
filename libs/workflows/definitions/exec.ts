import type { CommandExit, CommandRunner } from '#host';
import type { Clock, Logger } from '#kernel';
import { commandRun } from '../kinds/command-run.js';
import { EXEC_ORDER, EXIT } from '../kinds/slots.js';
import type { ExecOrder } from '../orders.js';
import { runWorkflow } from '../runner/runner.js';
import { filled } from '../runner/slot.js';
import { stepKinds } from '../runner/step-kind.js';
import type { WorkflowSpec } from '../runner/workflow.js';
import type { WalkOptions } from './backup.js';

export function execWorkflow(timeoutMs?: number): WorkflowSpec {
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  return { name: 'exec', steps: [{ id: 'command', uses: 'command.run', ...limit }] };
}

/** Runs a command; resolves with its exit, whatever it is, and rejects when it could not be run to its end. */
export async function runExec(
  parts: { readonly commands: CommandRunner; readonly clock: Clock; readonly log: Logger },
  order: ExecOrder,
  options: WalkOptions,
): Promise<CommandExit> {
  const { clock, log, commands } = parts;
  const seed = [filled(EXEC_ORDER, order)];
  const kinds = stepKinds([commandRun(commands)]);
  const { slots, failure } = await runWorkflow(execWorkflow(order.timeoutMs), kinds, {
    ...options,
    clock,
    log,
    seed,
  });
  if (failure) throw failure;
  return slots.get(EXIT);
}
