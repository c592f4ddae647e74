import { z, type Schema } from '#kernel';

/** One row of a workflow. */
export interface StepSpec {
  /** Lower-case letters, digits and dashes; unique in the workflow. */
  readonly id: string;
  /** Name of a step kind. */
  readonly uses: string;
  /** Parameters, as the kind's schema wants them. */
  readonly with?: unknown;
  /** Steps that have to end before this one begins, however they end. Without it the order of the table counts. */
  readonly after?: readonly string[];
  /** What this step holds is released as soon as the named step has ended, not only at the end of the walk. */
  readonly releaseAfter?: string;
  /** Whether the walk fails with this step; true unless told otherwise. When not, steps that need it are skipped. */
  readonly mandatory?: boolean;
  /** How often it is tried again after failures that may pass by themselves; 0 unless told otherwise. */
  readonly retries?: number;
  /** Wait before each further attempt; 1 s unless told otherwise. */
  readonly retryIntervalMs?: number;
  /** Time for one attempt; without it there is no limit. */
  readonly timeoutMs?: number;
}

/** An action as a table of steps. They run one at a time. */
export interface WorkflowSpec {
  readonly name: string;
  readonly steps: readonly StepSpec[];
}

// Node's timers fire at once when they are given more than this: 24.8 days.
const LONGEST_WAIT_MS = 2 ** 31 - 1;

const waitMs = z.int().max(LONGEST_WAIT_MS);
const stepId = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes');

const stepSchema = z.strictObject({
  id: stepId,
  uses: z.string().min(1),
  with: z.unknown().optional(),
  after: z.array(z.string()).optional(),
  releaseAfter: z.string().optional(),
  mandatory: z.boolean().optional(),
  retries: z.int().min(0).max(1000).optional(),
  retryIntervalMs: waitMs.min(0).optional(),
  timeoutMs: waitMs.min(1).optional(),
});

/** The shape of a workflow that is given as data. Whether it makes sense is for `problems` to say. */
export const workflowSchema: Schema<WorkflowSpec> = z.strictObject({
  name: z.string().min(1),
  steps: z.array(stepSchema).min(1),
});
