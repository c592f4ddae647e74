import type { Clock } from './clock.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Words are constant, facts are fields: `log.info('segment stored', { segment, bytes })`. */
export interface Logger {
  debug(words: string, facts?: object): void;
  info(words: string, facts?: object): void;
  warn(words: string, facts?: object): void;
  error(words: string, facts?: object): void;
  /** The same log with these facts on every line. */
  child(facts: object): Logger;
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** One JSON object a line to `write`, from `least` upwards. */
export function jsonLogger(
  write: (line: string) => void,
  clock: Clock,
  least: LogLevel = 'info',
  always: object = {},
): Logger {
  const at =
    (level: LogLevel) =>
    (words: string, facts: object = {}) => {
      if (ORDER.indexOf(level) < ORDER.indexOf(least)) return;
      write(
        `${JSON.stringify({ time: clock.now().toISOString(), level, msg: words, ...always, ...facts })}\n`,
      );
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (facts) => jsonLogger(write, clock, least, { ...always, ...facts }),
  };
}
