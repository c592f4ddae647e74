import { randomBytes } from 'node:crypto';
import type { JobSpec } from '#node-protocol';
import { jsonLogger } from '#kernel';
import { FakeClock } from '#kernel/testing';
import type { AgentOrder } from '../agents/agents.js';
import { Daemon } from '../daemon.js';
import type { SchedulerParts, SchedulerSettings } from '../scheduler-parts.js';
import { FakePlatform } from './fake-platform.js';
import { MemoryJobDirectory } from './memory-job-directory.js';
import { MemoryJournal } from './memory-journal.js';
import { ScriptedAgents, type AgentScript } from './scripted-agents.js';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [fact: string]: unknown;
}

/** A scheduler with everything around it in memory, and time that stands still until it is moved. */
export class SchedulerWorld {
  readonly clock = new FakeClock();
  readonly platform = new FakePlatform(this.clock);
  readonly journal = new MemoryJournal();
  readonly directory = new MemoryJobDirectory();
  readonly agents: ScriptedAgents;
  readonly log: LogLine[] = [];
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    script: (order: AgentOrder, turn: number) => AgentScript = () => ({}),
    private readonly settings: Partial<SchedulerSettings> = {},
  ) {
    this.agents = new ScriptedAgents(this.clock, script);
  }

  get parts(): SchedulerParts {
    return {
      link: this.platform.link,
      journal: this.journal,
      agents: this.agents,
      jobDirectory: this.directory,
      clock: this.clock,
      logger: jsonLogger((line) => this.log.push(JSON.parse(line) as LogLine), this.clock, 'debug'),
      randomBytes,
      random: () => 0,
    };
  }

  /** Starts a scheduler, with other parts if given. */
  start(parts: Partial<SchedulerParts> = {}): Daemon {
    this.#stop = new AbortController();
    const daemon = new Daemon({ ...this.parts, ...parts }, { ...DEFAULTS, ...this.settings });
    this.#running = daemon.run(this.#stop.signal);
    this.#running.catch(() => undefined);
    return daemon;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('SIGTERM'));
    await this.#running;
  }

  /** Lets time pass in small steps, so that everything happens at its moment. */
  async pass(ms: number, step = 250): Promise<void> {
    await settled();
    for (let passed = 0; passed < ms; passed += step) {
      this.clock.advance(Math.min(step, ms - passed));
      await settled();
    }
  }

  /** Lets time pass until something holds, at most an hour. */
  async passUntil(holds: () => boolean, step = 250): Promise<void> {
    for (let passed = 0; !holds(); passed += step) {
      if (passed > 3_600_000) throw new Error('it never came to pass');
      await this.pass(step, step);
    }
  }

  lines(msg: string): readonly LogLine[] {
    return this.log.filter((line) => line.msg === msg);
  }
}

export const SETTINGS_OF_BACKUP = {
  ...{ action: 'backup', path_to_backup: '/home', backup_name: 'home', container: '/backups' },
};

/** A job with these actions: settings over those of a backup, and rules. */
export function job(
  schedule: JobSpec['schedule'] = {},
  ...actions: (JobSpec['actions'][number] & Record<string, unknown>)[]
): Omit<JobSpec, 'clientId'> {
  const all = actions.length > 0 ? actions : [{}];
  return {
    schedule,
    actions: all.map((action) => ({ ...action, settings: { ...SETTINGS_OF_BACKUP, ...action.settings } })),
  };
}

/** Everybody who can go on without time passing has done so. */
export async function settled(turns = 3): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const DEFAULTS: SchedulerSettings = {
  ...{ clientId: 'web1', hostname: 'web1', timezone: 'UTC', program: 'firn 0', holder: 'holder' },
  capabilities: { actions: ['backup', 'exec'], modes: ['fs'], storages: ['local'], engines: ['tar'] },
  ...{ apiUrl: 'http://127.0.0.1:9090', username: 'web1', pollMs: 10_000, concurrentJobs: 1 },
  ...{ disableExec: false, cancelGraceMs: 10_000 },
};
