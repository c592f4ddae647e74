import { invariant, type Clock, type Logger } from '#kernel';
import type { Slot, Slots, SlotTable } from './slot.js';
import type { StepContext, StepEvent, StepKind } from './step-kind.js';

/** What outlives the context of an act: whether the act still counts, and what it has written so far. */
export interface ActScope {
  open: boolean;
  readonly written: SlotTable;
}

export interface ContextParts {
  readonly step: string;
  readonly kind: StepKind;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  readonly slots: Slots;
  readonly emit: (event: StepEvent) => void;
  readonly mayWrite: boolean;
  readonly scope: ActScope;
}

/**
 * The context of one act. It holds the act to what its kind has declared, without which `problems` would promise what
 * it does not know, and keeps what is written apart until the act has succeeded: a failed attempt leaves nothing.
 */
export class OpenContext implements StepContext {
  readonly step: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  readonly #parts: ContextParts;

  constructor(parts: ContextParts) {
    ({ step: this.step, signal: this.signal, log: this.log, clock: this.clock } = parts);
    this.#parts = parts;
  }

  has(place: Slot<unknown>): boolean {
    this.#checkDeclared(place);
    const { scope, slots } = this.#parts;
    return scope.written.has(place) || slots.has(place);
  }

  get<T>(place: Slot<T>): T {
    this.#checkDeclared(place);
    const { scope, slots } = this.#parts;
    return scope.written.has(place) ? scope.written.get(place) : slots.get(place);
  }

  set<T>(place: Slot<T>, value: NoInfer<T>): void {
    this.#checkOpen();
    const { mayWrite, kind, scope } = this.#parts;
    invariant(mayWrite, `step "${this.step}" writes slot "${place.name}" while it gives back`);
    invariant(
      kind.writes.includes(place),
      `step "${this.step}" does not declare that it writes "${place.name}"`,
    );
    scope.written.set(place, value);
  }

  emit(event: StepEvent): void {
    this.#checkOpen();
    this.#parts.emit(event);
  }

  #checkOpen(): void {
    invariant(this.#parts.scope.open, `step "${this.step}" goes on after it has ended`);
  }

  #checkDeclared(place: Slot<unknown>): void {
    const { reads, optional, writes } = this.#parts.kind;
    const declared = [...reads, ...optional, ...writes].includes(place);
    invariant(declared, `step "${this.step}" does not declare that it reads "${place.name}"`);
  }
}
