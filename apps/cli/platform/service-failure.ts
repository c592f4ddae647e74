import { Failure, failureCatalog, z, type FailureCode } from '#kernel';
import type { Death, ServiceSpec } from './service-life.js';

/**
 * Why a service has ended, from its last words: its own failure when it told one as our programs do, else
 * `platform.process-failed` with these words.
 */
export function failureOf(name: ServiceSpec['name'], { exit, lastLines }: Death): Failure {
  const facts = { process: name, code: exit.code, signal: exit.signal };
  const [told] = lastLines.toReversed().flatMap((line) => toldIn(line) ?? []);
  if (told) return new Failure(told.code, `${name}: ${told.message}`, facts);
  return processFailure(name, howItEnded(exit), lastLines, facts);
}

export function processFailure(
  name: string,
  what: string,
  lastLines: readonly string[],
  facts: object = {},
): Failure {
  const words = lastLines.length > 0 ? `, after these words: ${lastLines.join(' | ')}` : '';
  return new Failure('platform.process-failed', `${name} ${what}${words}`, { process: name, ...facts });
}

export function howItEnded({ code, signal }: Death['exit']): string {
  return signal === undefined ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

interface Told {
  readonly code: FailureCode;
  readonly message: string;
}

/** A failure as our programs print it, for people or as the last line of their log. */
function toldIn(line: string): Told | undefined {
  const [, code = '', message = ''] = /^([a-z-]+\.[a-z-]+): (.+)$/.exec(line) ?? [];
  if (isCode(code)) return { code, message };
  try {
    const logged = loggedSchema.parse(JSON.parse(line));
    return isCode(logged.code) ? { code: logged.code, message: logged.failure } : undefined;
  } catch {
    // Other words.
    return undefined;
  }
}

const loggedSchema = z.object({ level: z.literal('error'), code: z.string(), failure: z.string() });

function isCode(code: string): code is FailureCode {
  return Object.hasOwn(failureCatalog, code);
}
