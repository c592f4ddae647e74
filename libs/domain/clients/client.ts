import type { ProjectId, RecordId, UserId } from '#kernel';

/** What a client says it can do; jobs that ask for more are refused. */
export interface Capabilities {
  readonly actions: readonly string[];
  readonly modes: readonly string[];
  readonly storages: readonly string[];
  readonly engines: readonly string[];
}

/** A host with a scheduler and an agent. */
export interface Client {
  readonly id: RecordId;
  readonly project: ProjectId;
  readonly userId: UserId;
  /** What people call it: unique in its project, such as `web1` or `<project>_<hostname>`. */
  readonly clientId: string;
  readonly hostname: string;
  readonly description: string;
  readonly capabilities: Capabilities;
  /** Serves every project. */
  readonly central: boolean;
  /** IANA name of its time zone; local times of its jobs mean this one. */
  readonly timezone?: string | undefined;
  /** What its scheduler calls itself, such as `firn 0.1.0`. */
  readonly program?: string | undefined;
  /** When its scheduler was heard of last. */
  readonly seenAt?: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface CapabilityGap {
  /** `action`, `mode`, `storage` or `engine`. */
  readonly what: string;
  readonly wanted: string;
  readonly known: readonly string[];
}

/** What these settings of an action ask for and the client cannot do; a list asks for all that is in it. */
export function capabilityGaps(
  capabilities: Capabilities,
  settings: Readonly<Record<string, unknown>>,
): readonly CapabilityGap[] {
  const asked: readonly [string, unknown, readonly string[]][] = [
    ['action', settings['action'], capabilities.actions],
    ['mode', settings['mode'], capabilities.modes],
    ['storage', settings['storage'], capabilities.storages],
    ['engine', settings['engine_name'] ?? settings['engineName'] ?? settings['engine'], capabilities.engines],
  ];
  return asked.flatMap(([what, asked, known]) =>
    [asked]
      .flat()
      .flatMap((wanted) =>
        typeof wanted === 'string' && !known.includes(wanted) ? [{ what, wanted, known }] : [],
      ),
  );
}
