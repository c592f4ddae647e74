import type { BackendFactory, IQueueBackend } from 'bullmq';

/** Makes what BullMQ's classes talk to, all on the connections of one server. */
export type Backends = BackendFactory<IQueueBackend, unknown>;

/** What differs between the servers BullMQ runs on. */
export interface QueueServer {
  /** Seconds after which a worker that heard of nothing looks by itself. */
  readonly idleSeconds: number;
  /** Connects when there is no connection. Rejects with what the driver said. */
  backends(): Promise<Backends>;
  /** Resolves when the server answers. */
  probe(): Promise<void>;
  /** Nobody else on this server is in an act of the same name. */
  exclusively<T>(name: string, act: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
