import type { NodeLink } from '#api-client';
import { systemClock } from '#kernel';
import type { JobView, ReportRequest, RunView } from '#node-protocol';
import type { Operator } from './operator.js';

const CAPABILITIES = {
  actions: ['backup', 'restore', 'verify'],
  modes: ['fs'],
  storages: ['local'],
  engines: ['tar'],
};

/** Does what a scheduler does, step by step, as a test wants it. */
export class SchedulerOf {
  readonly #node: NodeLink;
  #claims = 0;

  constructor(
    { platform }: Operator,
    readonly clientId: string,
  ) {
    const { username, password } = platform.account();
    this.#node = platform.clientOf(username, password).node;
  }

  async register(): Promise<void> {
    const { clientId } = this;
    await this.#node.register({
      ...{ clientId, hostname: `${clientId}.example.org`, timezone: 'UTC', program: 'firn-scheduler 0.1.0' },
      capabilities: CAPABILITIES,
    });
  }

  /** Claims the occurrence of a job without a schedule that is to come. */
  async claim({ id, revision, activation }: JobView): Promise<RunView> {
    this.#claims += 1;
    const { run } = await this.#node.claim({
      ...{
        clientId: this.clientId,
        jobId: id,
        jobRevision: revision,
        occurrence: `once:${activation.count}`,
      },
      ...{ dueAt: systemClock.now(), holder: 'test', claimId: `c${this.#claims}-${id}` },
    });
    return run;
  }

  async begin({ id, fence }: RunView): Promise<void> {
    const startedAt = systemClock.now();
    await this.#node.heartbeat(id, {
      ...{ fence, startedAt },
      progress: {
        action: 0,
        attempt: 1,
        step: 'transfer',
        bytes: 1_500_000,
        totalBytes: 3_000_000,
        files: 12,
      },
      attempts: [{ action: 0, does: 'backup', attempt: 1, state: 'running', startedAt, steps: [] }],
    });
  }

  async report({ id, fence }: RunView, state: ReportRequest['state'], more: Partial<ReportRequest> = {}) {
    const endedAt = systemClock.now();
    await this.#node.report(id, {
      ...{ fence, state, endedAt, bytesRead: 3_000_000, bytesStored: 1_000_000, more: false, backups: [] },
      attempts: [
        {
          ...{ action: 0, does: 'backup', attempt: 1, state, startedAt: endedAt, endedAt },
          steps: [
            { id: 'source', state: 'succeeded', ms: 2 },
            { id: 'transfer', state, ms: 70 },
          ],
          ...(more.failure && { failure: more.failure }),
        },
      ],
      ...more,
    });
  }

  /** Runs a job to its end, with one backup. */
  async backUp(job: JobView, storedId: string): Promise<RunView> {
    const run = await this.claim(job);
    await this.begin(run);
    await this.report(run, 'succeeded', {
      backups: [
        {
          ...{ backup_id: storedId, backup_name: 'www', hostname: 'web1', container: '/srv/backups' },
          ...{ storage: 'local', level: 0, backup_size_compressed: 1_000_000 },
        },
      ],
    });
    return run;
  }
}
