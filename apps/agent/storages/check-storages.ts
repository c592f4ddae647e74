import { randomBytes } from 'node:crypto';
import { formatBytes } from '#config';
import { asFailure, exitCodes, Failure, systemClock } from '#kernel';
import { checkStorage, type RightResult, type StorageCheck } from '#storage';
import type { ActionContext, ActionResult } from '../action.js';
import { bandwidthFor, openStorage } from './open-storages.js';

/** Somebody waits for the answer, so what is not there is told soon. */
const ATTEMPTS = 2;

/** Tries every storage that is configured: what may be done there, and how fast it is. */
export async function checkStorages({
  config,
  reporter,
  logger,
  signal,
}: ActionContext<'storage'>): Promise<ActionResult> {
  const { storages } = config;
  if (storages.length === 0) throw new Failure('input.missing-option', 'container is missing', {});
  const lines: string[] = [];
  const failures: Failure[] = [];
  const bandwidth = bandwidthFor(config);
  for (const choice of storages) {
    try {
      const { storage, kind } = await openStorage(choice, logger, { bandwidth, attempts: ATTEMPTS });
      try {
        const check = await checkStorage(storage, { clock: systemClock, random: randomBytes, signal });
        reporter.item('storage-check', { name: choice.name, kind, ...factsOf(check) }, '');
        lines.push(...linesOf(choice.name, check));
        const { put } = check.rights;
        if (put.state !== 'allowed') failures.push(put.failure);
      } finally {
        await storage.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      const failure = asFailure(error);
      if (failure.kind === 'invalid-input') throw failure;
      failures.push(failure);
      const { code, message } = failure;
      reporter.item('storage-check', { name: choice.name, code, message }, '');
      lines.push(`${choice.name}: ${code}: ${message}`);
    }
  }
  const [failure] = failures;
  return {
    summary: {
      ...{ action: 'storage', verb: 'check', state: failure ? 'failed' : 'succeeded' },
      ...{
        exitCode: failure ? exitCodes[failure.kind] : 0,
        storages: storages.length,
        failed: failures.length,
      },
    },
    lines,
    failure,
  };
}

function factsOf({ rights, findings, leftover, ...facts }: StorageCheck): object {
  return {
    ...facts,
    rights: Object.fromEntries(Object.entries(rights).map(([right, result]) => [right, rightFacts(result)])),
    findings,
    ...(leftover ? { leftover: leftover.key } : {}),
  };
}

function rightFacts(result: RightResult): object {
  if (result.state === 'allowed') return { state: result.state };
  const { code, message } = result.failure;
  return { state: result.state, code, message };
}

function linesOf(name: string, check: StorageCheck): string[] {
  const { place, rights, bytes, putBytesPerSecond: put, getBytesPerSecond: get, headMs, findings } = check;
  const words = Object.entries(rights).map(([right, { state }]) => `${right} ${state}`);
  const speeds = [
    ...(put === undefined ? [] : [`put ${formatBytes(put)}/s`]),
    ...(get === undefined ? [] : [`get ${formatBytes(get)}/s`]),
    ...(headMs === undefined ? [] : [`${headMs} ms a question`]),
  ];
  const denied = Object.values(rights).flatMap((result) =>
    result.state === 'allowed' ? [] : [result.failure.message],
  );
  return [
    `${name}: ${place}`,
    `  ${words.join(', ')}`,
    ...(speeds.length > 0 ? [`  ${speeds.join(', ')} (one object of ${formatBytes(bytes)})`] : []),
    ...[...new Set(denied)].map((message) => `  ${message}`),
    ...findings.map(({ text }) => `  ${text}`),
  ];
}
