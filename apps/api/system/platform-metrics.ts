import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { platformTotals, type ControlParts } from '#control';
import { RUN_STATES } from '#domain';
import { CONTROL_PARTS } from '../tokens.js';
import { PROGRAM_VERSION } from '../../process/program.js';
import type { AnsweredRequest } from '../http/request-times.js';

/** What Prometheus is told. Totals are read from the database when it asks, so that they agree with it. */
@Injectable()
export class PlatformMetrics {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'firn_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [this.#registry],
  });
  readonly #answers = this.#gauge('firn_part_answers', 'Whether a part of the platform answers', ['part']);
  readonly #runs = this.#gauge('firn_runs', 'Runs that are remembered, by state', ['state']);
  readonly #bytesRead = this.#gauge('firn_runs_read_bytes', 'Content that remembered runs have read', [
    'state',
  ]);
  readonly #bytesStored = this.#gauge('firn_runs_stored_bytes', 'Bytes that remembered runs have stored', [
    'state',
  ]);
  readonly #documents = this.#gauge('firn_documents', 'Documents that are remembered, by kind', ['kind']);
  readonly #duties = this.#gauge('firn_queue_duties', 'Duties in the queue, by state', ['state']);

  constructor(@Inject(CONTROL_PARTS) private readonly parts: ControlParts) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge('firn_build', 'The version that runs', ['version']).set({ version: PROGRAM_VERSION }, 1);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  count({ method, route, status, seconds }: AnsweredRequest): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  /** Everything, as text. What cannot be asked now is left out, and `firn_part_answers` says so. */
  async text(): Promise<string> {
    await Promise.all([
      this.#ask('database', () => this.#readTotals()),
      this.#ask('queue', () => this.#readQueue()),
    ]);
    return this.#registry.metrics();
  }

  async #readTotals(): Promise<void> {
    const gauges = [this.#runs, this.#bytesRead, this.#bytesStored, this.#documents];
    for (const gauge of gauges) gauge.reset();
    const { runs, clients, jobs, backups } = await platformTotals(this.parts);
    for (const state of RUN_STATES) {
      const total = runs.find((candidate) => candidate.state === state);
      this.#runs.set({ state }, total?.runs ?? 0);
      this.#bytesRead.set({ state }, total?.bytesRead ?? 0);
      this.#bytesStored.set({ state }, total?.bytesStored ?? 0);
    }
    for (const [kind, count] of Object.entries({ clients, jobs, backups }))
      this.#documents.set({ kind }, count);
  }

  async #readQueue(): Promise<void> {
    this.#duties.reset();
    const counts: Record<string, number> = { ...(await this.parts.queue.counts()) };
    for (const [state, count] of Object.entries(counts)) this.#duties.set({ state }, count);
  }

  async #ask(part: string, read: () => Promise<void>): Promise<void> {
    try {
      await read();
      this.#answers.set({ part }, 1);
    } catch (error) {
      this.#answers.set({ part }, 0);
      this.parts.logger.debug('part not measured', { part, failure: String(error) });
    }
  }

  #gauge(name: string, help: string, labelNames: readonly string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }
}
