import { Failure, type Clock } from '#kernel';
import { bounded, type Outcome } from './bounded.js';
import { SlotTable } from './slot.js';
import { OpenContext, type ActScope } from './step-context.js';
import type { StepContext, StepKind } from './step-kind.js';
import type { StepSpec } from './workflow.js';
import type { Announcer } from './workflow-event.js';

/** A row of the table with the kind it uses. */
export interface Step {
  readonly spec: StepSpec;
  readonly kind: StepKind;
}

/** What all acts of a walk share. */
export interface Stage {
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly slots: SlotTable;
  readonly graceMs: number;
}

export interface ActTerms {
  /** For messages: `step "copy"`, `undo of step "copy"`. */
  readonly title: string;
  readonly outer?: AbortSignal;
  readonly timeoutMs?: number;
  readonly mayWrite: boolean;
}

/** Lets `step` act once (run, undo or release) in a context of its own, which ends with the act. */
export async function perform<T>(
  stage: Stage,
  step: Step,
  terms: ActTerms,
  act: (context: StepContext) => Promise<T>,
): Promise<{ outcome: Outcome<T>; written: SlotTable }> {
  const { clock, announcer, slots, graceMs } = stage;
  const { id, uses } = step.spec;
  const { title, outer, timeoutMs, mayWrite } = terms;
  const scope: ActScope = { open: true, written: new SlotTable() };
  const log = announcer.log.child({ step: id });
  const emit: StepContext['emit'] = ({ name, facts }) =>
    announcer.tell({ kind: 'step-told', step: id, uses, at: clock.now(), name, facts });
  const parts = { step: id, kind: step.kind, log, clock, slots, emit, mayWrite, scope };
  const timeout = new Failure('step.timeout', `${title} took longer than ${timeoutMs} ms`, {
    step: id,
    timeoutMs,
  });
  const bounds = { clock, graceMs, timeout, outer, timeoutMs };
  const outcome = await bounded((signal) => act(new OpenContext({ ...parts, signal })), bounds);
  scope.open = false;
  return { outcome, written: scope.written };
}
