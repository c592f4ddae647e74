import { Failure } from '#kernel';
import type { ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint as a number; what a number cannot hold exactly is refused with `metadata.failed`. */
export const wholeNumber: ValueTransformer = {
  to: (value: number | null | undefined) => {
    if (value === undefined || value === null) return value;
    if (!Number.isSafeInteger(value))
      throw new Failure('metadata.failed', `${value} is no whole number below 2^53`);
    return value;
  },
  from: (text: string | null) => (text === null ? null : Number(text)),
};
