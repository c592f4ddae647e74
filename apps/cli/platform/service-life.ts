import { createInterface } from 'node:readline';
import type { CommandExit, CommandRunner } from '#host';
import { monotonicMs } from '#kernel';
import { openProcessLog } from './process-log.js';

/** A program of the platform that is to run all the time. */
export interface ServiceSpec {
  readonly name: 'firn-api' | 'firn-scheduler';
  /** The program's main, and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it writes to stderr goes here. */
  readonly log: string;
  /** Takes what it writes to stdout, line by line. */
  readonly hear: (line: string) => void;
}

export interface Death {
  readonly exit: CommandExit;
  readonly livedMs: number;
  readonly lastLines: readonly string[];
}

/** One life of a service. */
export interface ServiceLife {
  readonly pid: number;
  readonly ended: Promise<Death>;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
}

const LAST_LINES = 8;

export async function startLife(spec: ServiceSpec, commands: CommandRunner): Promise<ServiceLife> {
  const log = await openProcessLog(spec.log);
  const begun = monotonicMs();
  try {
    const command = await commands.start({
      program: process.execPath,
      args: ['--enable-source-maps', ...spec.args],
      env: spec.env,
      cwd: '/',
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: log.fd,
      // Ctrl-C in a terminal is for us alone: the services are stopped in their order.
      group: true,
    });
    if (command.stdout) createInterface({ input: command.stdout }).on('line', spec.hear);
    const ended = command.ended.then(async (exit) => {
      const livedMs = monotonicMs() - begun;
      const lastLines = await log.lastLines(LAST_LINES);
      await log.close();
      return { exit, livedMs, lastLines };
    });
    return { pid: command.pid, ended, stop: (graceMs) => command.stop(graceMs) };
  } catch (error) {
    await log.close();
    throw error;
  }
}
