import type { CommandRunner } from '#host';
import { defineStep, type StepKind } from '../runner/step-kind.js';
import { EXEC_ORDER, EXIT } from './slots.js';

/** Runs one command of the operator's; its output goes where ours goes, its exit code is kept. */
export function commandRun(commands: CommandRunner): StepKind {
  return defineStep({
    name: 'command.run',
    summary: 'Runs a command and keeps its exit code',
    reads: [EXEC_ORDER],
    writes: [EXIT],
    run: async (context) => {
      const [program = '', ...args] = context.get(EXEC_ORDER).command;
      const command = await commands.start(
        { program, args, stdin: 'inherit', stdout: 'inherit', stderr: 'inherit', group: true },
        context.signal,
      );
      const exit = await command.exit;
      context.signal.throwIfAborted();
      context.set(EXIT, exit);
    },
  });
}
