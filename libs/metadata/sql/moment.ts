import { Failure } from '#kernel';
import type { ValueTransformer } from 'typeorm';

/** A moment as it is, unless it is none, which is refused with `metadata.failed`. */
export const validMoment: ValueTransformer = {
  to: (value: Date | null | undefined) => {
    if (value && Number.isNaN(value.getTime()))
      throw new Failure('metadata.failed', 'an invalid date is no moment');
    return value;
  },
  from: (value: Date | null) => value,
};
