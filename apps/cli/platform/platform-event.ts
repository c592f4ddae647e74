import type { ServiceSpec } from './service-life.js';

export interface Administrator {
  readonly name: string;
  readonly password: string;
}

/** What a platform has to tell to whoever has started it. */
export type PlatformEvent =
  | { readonly type: 'starting'; readonly stateDir: string; readonly log: string }
  /** Processes of a platform that was killed have been ended. */
  | { readonly type: 'ended-left-behind'; readonly processes: readonly string[] }
  /** At the first start of all only. */
  | { readonly type: 'administrator'; readonly administrator: Administrator }
  | {
      readonly type: 'ready';
      readonly apiUrl: string;
      readonly stateDir: string;
      readonly jobsDir: string;
      readonly logs: readonly string[];
      readonly ms: number;
      readonly administrator?: Administrator;
    }
  | {
      readonly type: 'restarting';
      readonly process: ServiceSpec['name'];
      readonly what: string;
      readonly waitMs: number;
      readonly log: string;
    }
  | { readonly type: 'stopping' }
  | { readonly type: 'stopped' };

export type TellPlatform = (event: PlatformEvent) => void;

/** The event for people, one line after the other. */
export function linesOf(event: PlatformEvent): readonly string[] {
  switch (event.type) {
    case 'starting':
      return [`starting with state in ${event.stateDir}`];
    case 'ended-left-behind':
      return [`ended what an earlier platform had left behind: ${event.processes.join(', ')}`];
    case 'administrator':
      return [
        '',
        `administrator: ${event.administrator.name}`,
        `password:      ${event.administrator.password}`,
        '(shown this once; keep it)',
        '',
      ];
    case 'ready':
      return [
        `ready in ${(event.ms / 1000).toFixed(1)} s`,
        `  API    ${event.apiUrl} (to read and try it: ${event.apiUrl}/docs)`,
        `  log in firn login --api-url ${event.apiUrl} --username ${event.administrator?.name ?? 'admin'}`,
        `  jobs   put job files into ${event.jobsDir}`,
        ...event.logs.map((log) => `  log    ${log}`),
        'Ctrl-C stops it; backups that run then go on to their end',
      ];
    case 'restarting': {
      const { process: name, what, waitMs, log } = event;
      return [`${name} ${what}; it is started again in ${waitMs / 1000} s (log: ${log})`];
    }
    case 'stopping':
      return ['stopping'];
    case 'stopped':
      return ['stopped'];
  }
}
