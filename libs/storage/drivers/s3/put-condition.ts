/** What is known of a server's way with "only if there is nothing yet". */
export class PutCondition {
  static readonly headers = { IfNoneMatch: '*' } as const;

  #state: 'unknown' | 'honoured' | 'ignored' | 'refused' = 'unknown';

  /** Whether we have to look ourselves before each put. */
  get looksFirst(): boolean {
    return this.#state !== 'honoured';
  }

  get isSent(): boolean {
    return this.#state === 'honoured' || this.#state === 'unknown';
  }

  /** What a put bears for it. */
  get headers(): Partial<typeof PutCondition.headers> {
    return this.isSent ? PutCondition.headers : {};
  }

  honoured(): void {
    this.#state = 'honoured';
  }

  /** The server overwrites all the same, in silence. */
  ignored(): void {
    this.#state = 'ignored';
  }

  /** The server takes no put that bears it. */
  refused(): void {
    this.#state = 'refused';
  }
}
