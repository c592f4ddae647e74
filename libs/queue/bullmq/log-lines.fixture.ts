import { jsonLogger, systemClock, type Logger } from '#kernel';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly reason?: string;
}

/** A logger, and what was logged. */
export function logLines(): { lines: LogLine[]; logger: Logger } {
  const lines: LogLine[] = [];
  const logger = jsonLogger((line) => void lines.push(JSON.parse(line) as LogLine), systemClock, 'debug');
  return { lines, logger };
}
