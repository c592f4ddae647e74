/** One duty that somebody asked for, or one turn of a repeated one. */
export interface Errand {
  readonly payload: string;
  readonly key?: string;
  readonly attempts: number;
  readonly backoffMs: number;
  /** Milliseconds since 1970 at which it was to be done. */
  readonly dueAt: number;
  readonly turn: boolean;
  failures: number;
}
