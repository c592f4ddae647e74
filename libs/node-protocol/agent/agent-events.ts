import { z } from '#kernel';

// What firn-agent prints with --json, one object a line, as far as a scheduler needs it (docs/agent.md lists all).
export const agentEvent = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('step-started'), step: z.string() }),
  z.looseObject({ type: z.literal('step-ended'), step: z.string(), state: z.string(), ms: z.number() }),
  z.looseObject({
    type: z.literal('progress'),
    bytes: z.number(),
    totalBytes: z.number().optional(),
    files: z.number().optional(),
  }),
  z.looseObject({
    type: z.literal('failure'),
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    exitCode: z.int(),
  }),
  z.looseObject({
    type: z.literal('summary'),
    action: z.string(),
    state: z.enum(['succeeded', 'incomplete', 'failed', 'cancelled']),
    exitCode: z.int(),
  }),
]);
export type AgentEvent = z.infer<typeof agentEvent>;

/** The event in a line of the agent, or `undefined` when it is of another type, or no event at all. */
export function agentEventIn(line: string): AgentEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Not ours: Node itself may print a warning.
    return undefined;
  }
  return agentEvent.safeParse(value).data;
}
