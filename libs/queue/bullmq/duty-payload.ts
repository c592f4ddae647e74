import { parse, z } from '#kernel';
import type { DutyPayload } from '../queue.js';

/** A payload as it lies on the server: text, since PostgreSQL's jsonb takes neither U+0000 nor half a surrogate pair. */
export interface SealedPayload {
  readonly payload: string;
}

const sealedSchema = z.object({ payload: z.string() });
const payloadSchema = z.record(z.string(), z.unknown());

export function sealed(payload: DutyPayload): SealedPayload {
  return { payload: JSON.stringify(payload) };
}

/** Rejects what others put there with `input.invalid`. */
export function unsealed(stored: unknown, duty: string): DutyPayload {
  const what = `the payload of the duty "${duty}"`;
  const { payload } = parse(sealedSchema, stored, what);
  return parse(payloadSchema, jsonOf(payload), what);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
