import { closeSync, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { environmentForJob, STORAGES_VARIABLE } from '#config';
import {
  adoptCommand,
  endLeftBehind,
  processIdentity,
  processState,
  processWithArgument,
  type CommandExit,
  type CommandRunner,
  type ProcessIdentity,
} from '#host';
import { AgentFiles } from './agent-files.js';
import type { Agent, AgentEnd, AgentOrder, Agents } from './agents.js';
import { EventFile } from './event-file.js';

/** Tells of a process for which attempt it works. */
const ORDER = 'FIRN_ORDER';

export interface AgentProgram {
  readonly program: string;
  /** Before those of the scheduler. */
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Agents as processes of this machine, each the leader of a group of its own. They write to files, so that they go on,
 * and can be followed, when this scheduler is gone. `signal` ends the following, not the agents.
 */
export class SystemAgents implements Agents {
  constructor(
    private readonly program: AgentProgram,
    private readonly commands: CommandRunner,
    private readonly signal: AbortSignal,
  ) {}

  async start(order: AgentOrder): Promise<Agent> {
    const files = new AgentFiles(order);
    const { storages = [] } = order;
    const hasStorages = storages.length > 0;
    await files.writeOrder();
    const out = openSync(files.events, 'a', 0o600);
    try {
      const err = openSync(files.errors, 'a', 0o600);
      try {
        const command = await this.commands.start({
          program: this.program.program,
          args: [...this.program.args, '--config', files.order, '--json'],
          cwd: '/',
          env: {
            ...environmentForJob(this.program.env, order.settings),
            [ORDER]: files.order,
            ...(hasStorages && { [STORAGES_VARIABLE]: '0' }),
          },
          // Through a pipe that is read once: nothing of it is in a file, in arguments or in an environment.
          stdin: hasStorages ? 'pipe' : 'ignore',
          ...{ stdout: out, stderr: err, group: true, outlives: true },
        });
        command.stdin?.end(JSON.stringify({ storages }));
        const stop = (graceMs: number) => command.stop(graceMs);
        return followed(files, processIdentity(command.pid), command.ended, stop);
      } finally {
        closeSync(err);
      }
    } finally {
      closeSync(out);
    }
  }

  async find(order: AgentOrder, written: ProcessIdentity | undefined): Promise<Agent | undefined> {
    const files = new AgentFiles(order);
    // The path of its order is the agent's alone, so it is known by that, too.
    const identity = written ?? processWithArgument(files.order);
    if (identity && processState(identity) === 'running') {
      const adopted = adoptCommand(identity, this.signal);
      return followed(files, identity, adopted.ended, (graceMs) => adopted.stop(graceMs));
    }
    if (!written && !(await hasContent(files.events))) return undefined;
    return followed(files, identity, Promise.resolve(), async () => undefined);
  }
}

function followed(
  files: AgentFiles,
  identity: ProcessIdentity | undefined,
  over: Promise<CommandExit | void>,
  stop: (graceMs: number) => Promise<void>,
): Agent {
  const events = new EventFile(files.events);
  const end = async (): Promise<AgentEnd> => {
    const exit = await over;
    await files.removeOrder();
    // One that was killed could not end what it had started, which must not work beside the next attempt.
    if (!(await events.look()).summary) await endLeftBehind(`${ORDER}=${files.order}`);
    const [trace, errors] = [await events.look(), await files.lastErrors()];
    const metadata = await files.metadataDocument();
    return { trace, errors, metadata, ...(exit && { exitCode: exit.code, signal: exit.signal }) };
  };
  const ended = end();
  // Who waits for it is told; that nobody does any more is no fault.
  ended.catch(() => undefined);
  return { identity, look: () => events.look(), ended, stop };
}

async function hasContent(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  return status !== undefined && status.size > 0;
}
