import { asFailure, Failure, type FailureCode, type FailureContext } from '#kernel';
import type { PartScanOptions } from './part-scan.js';
import type { ScannedPart } from './scanned-part.js';

/** What the thread is given when it starts. */
export interface ScanSettings extends PartScanOptions {
  /** Number of the open file that tar writes to; none when orders bring what is to be scanned. */
  readonly file?: number | undefined;
}

/** What it is asked: to go through what comes next. It answers each, in order. */
export interface ScanOrder {
  readonly memory: ArrayBufferLike;
  /** How much of the stream is in it already; without it, it is filled with what tar writes next. */
  readonly filled?: number | undefined;
}

export type ScanAnswer =
  | { readonly part: ScannedPart }
  | {
      readonly failure: {
        readonly code: FailureCode;
        readonly message: string;
        readonly context: FailureContext;
      };
      /** Whether all that tar wrote has been read. */
      readonly hasEnded: boolean;
    };

/** What of this memory changes hands with a message: what is shared needs not to. */
export function handedOver(...memory: readonly ArrayBufferLike[]): ArrayBuffer[] {
  return memory.filter((each) => each instanceof ArrayBuffer);
}

export function memoryOf(answer: ScanAnswer): ArrayBuffer[] {
  if ('failure' in answer) return [];
  const { bytes, lines, digests } = answer.part;
  return handedOver(bytes.buffer, lines.text.buffer, digests.buffer);
}

/** A failure cannot be passed as it is: its class would be lost on the way. */
export function failedAnswer(error: unknown, hasEnded: boolean): ScanAnswer {
  const { code, message, context } = asFailure(error);
  return { failure: { code, message, context }, hasEnded };
}

/** The failure that an answer tells of. */
export function failureOf({ failure }: Extract<ScanAnswer, { failure: object }>): Failure {
  return new Failure(failure.code, failure.message, failure.context);
}
