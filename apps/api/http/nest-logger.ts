import type { LoggerService } from '@nestjs/common';
import type { Logger } from '#kernel';

/** What Nest says of itself, in the log of the platform; its tales of a start only when somebody looks closely. */
export function nestLogger(logger: Logger): LoggerService {
  const to =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...more: unknown[]) => {
      const words = message instanceof Error ? message.message : String(message);
      logger[level]('nest', { words, ...(more.length > 0 && { more: more.map(String) }) });
    };
  return {
    log: to('debug'),
    debug: to('debug'),
    verbose: to('debug'),
    warn: to('warn'),
    error: to('error'),
    fatal: to('error'),
  };
}
