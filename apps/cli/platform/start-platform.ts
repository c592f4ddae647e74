import { apiIsReady } from '#api-client';
import type { PlatformConfig } from '#config';
import { exclusively, freePort, portIsFree, systemCommands, type CommandRunner, type Held } from '#host';
import { deadline, Failure, isFailure, monotonicMs, systemClock, type Clock } from '#kernel';
import { openStateDirectory } from '../../process/state-directory.js';
import { ProcessNotes } from './left-behind.js';
import type { Administrator, TellPlatform } from './platform-event.js';
import { makePlaces, type PlatformPlaces } from './platform-places.js';
import { apiSpec, apiUrlOf, schedulerSpec } from './programs.js';
import { failureOf } from './service-failure.js';
import { Service, type ServiceParts } from './service.js';

export interface PlatformOptions {
  readonly config: PlatformConfig;
  readonly tell?: TellPlatform;
  /** Since when the start is timed, on the monotonic clock; now when it is missing. */
  readonly begunMs?: number;
  /** Calls the start off; a platform that runs is stopped by `stop`. */
  readonly signal?: AbortSignal;
  readonly commands?: CommandRunner;
  readonly clock?: Clock;
}

export interface RunningPlatform extends AsyncDisposable {
  readonly apiUrl: string;
  readonly stateDir: string;
  readonly jobsDir: string;
  /** At the first start of all only; nobody can ask for the password again. */
  readonly administrator?: Administrator;
  /** Resolves when one of its processes died too often; the platform is then to be stopped. */
  readonly failed: Promise<Failure>;
  /** Scheduler first, then API and database. Agents that run go on. A second call waits for the first. */
  stop(): Promise<void>;
}

const READY_POLL_MS = 25;
const READY_MS = 60_000;
const SCHEDULER_GRACE_MS = 15_000;
/** The API lets requests end, and then the database write everything down. */
const API_GRACE_MS = 45_000;

/**
 * Starts API and scheduler as processes of their own, with their state in one directory, and resolves when the API
 * answers. Rejects with `platform.state-unusable`, `platform.state-newer`, `platform.running`, `platform.port-taken`,
 * with the failure that ended the API, or with `platform.process-failed`; nothing runs then.
 */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  const { config, tell = () => undefined, signal = new AbortController().signal } = options;
  const begun = options.begunMs ?? monotonicMs();
  const state = await openStateDirectory(config.stateDir);
  const held = await onlyOne(state);
  try {
    const places = await makePlaces(state, config.jobsDir);
    const notes = new ProcessNotes(places.processes);
    const left = await notes.endLeftBehind(['firn-scheduler', 'firn-api']);
    if (left.length > 0) tell({ type: 'ended-left-behind', processes: left });
    const port = await usablePort(config);
    tell({ type: 'starting', stateDir: state, log: places.apiLog });
    const { commands = systemCommands, clock = systemClock } = options;
    const parts = { commands, clock, tell, note: notes.note };
    const started = await startServices(config, places, port, parts, signal);
    const { services, apiUrl, administrator } = started;
    tell({
      ...{ type: 'ready', apiUrl, stateDir: state, jobsDir: places.jobs },
      ...{ logs: [places.apiLog, places.schedulerLog], ms: Math.round(monotonicMs() - begun) },
      ...(administrator && { administrator }),
    });
    let stopped: Promise<void> | undefined;
    const stop = () =>
      (stopped ??= (async () => {
        tell({ type: 'stopping' });
        try {
          await stopAll(services);
          await notes.forget();
        } finally {
          await held.release();
        }
        tell({ type: 'stopped' });
      })());
    return {
      ...{ apiUrl, stateDir: state, jobsDir: places.jobs, stop },
      ...(administrator && { administrator }),
      failed: Promise.race([services.api.failed, services.scheduler.failed]),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await held.release();
    throw error;
  }
}

interface Services {
  readonly api: Service;
  readonly scheduler: Service;
}

async function startServices(
  config: PlatformConfig,
  places: PlatformPlaces,
  port: number,
  parts: ServiceParts,
  signal: AbortSignal,
): Promise<{ services: Services; apiUrl: string; administrator: Administrator | undefined }> {
  let administrator: Administrator | undefined;
  const listening = Promise.withResolvers<void>();
  const hear = (line: string) => {
    const [, name, password] = /^administrator: (\S+)\s+password: (\S+)/.exec(line) ?? [];
    if (name !== undefined && password !== undefined) {
      administrator = { name, password };
      parts.tell({ type: 'administrator', administrator });
    }
    if (line.startsWith('firn-api listens on ')) listening.resolve();
  };
  signal.throwIfAborted();
  const apiUrl = apiUrlOf(config.host, port);
  const api = await Service.start(apiSpec(config, places, port, hear), parts);
  try {
    await Promise.race([answering(apiUrl, listening.promise, parts.clock, signal), endOf(api)]);
    const scheduler = await Service.start(schedulerSpec(config, places, apiUrl), parts);
    api.keepAlive();
    scheduler.keepAlive();
    return { services: { api, scheduler }, apiUrl, administrator };
  } catch (error) {
    await api.stop(API_GRACE_MS);
    throw error;
  }
}

/** Waits until the API says that it listens, and then until it says that its database and queue answer. */
async function answering(
  apiUrl: string,
  listening: Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  await Promise.race([listening, aborted(signal)]);
  const words = `firn-api does not become ready within ${READY_MS / 1000} s`;
  const limit = deadline(READY_MS, new Failure('platform.process-failed', words, { apiUrl }), signal);
  try {
    while (!(await apiIsReady(apiUrl, limit.signal))) await clock.sleep(READY_POLL_MS, limit.signal);
  } finally {
    limit.clear();
  }
}

/** Rejects when the API ends, with what it said. */
async function endOf(api: Service): Promise<never> {
  const death = await api.ended;
  throw death
    ? failureOf('firn-api', death)
    : new Failure('platform.process-failed', 'firn-api does not run');
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

async function stopAll({ api, scheduler }: Services): Promise<void> {
  try {
    await scheduler.stop(SCHEDULER_GRACE_MS);
  } finally {
    await api.stop(API_GRACE_MS);
  }
}

async function onlyOne(state: string): Promise<Held> {
  const held = await exclusively(`platform ${state}`);
  if (held) return held;
  throw new Failure('platform.running', `another "firn up" runs with its state in "${state}"`, { state });
}

async function usablePort({ host, port }: PlatformConfig): Promise<number> {
  if (port === 0) return freePort();
  try {
    if (await portIsFree(port, host)) return port;
  } catch (error) {
    if (!isFailure(error, 'internal.unexpected')) throw error;
    throw new Failure('input.invalid', `--host: cannot listen on "${host}" here`, { host, port }, error);
  }
  throw new Failure('platform.port-taken', `port ${port} of ${host} is taken, or not for this user`, {
    host,
    port,
  });
}
