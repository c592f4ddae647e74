import { Failure } from '#kernel';
import type { ByteRange, ObjectKey } from './storage-backend.js';

/** The range asked for, or the whole object; throws `storage.range-invalid` when the object has no such range. */
export function rangeWithin(range: ByteRange | undefined, size: number, key: ObjectKey): ByteRange {
  if (!range) return { start: 0, end: size };
  const { start, end } = range;
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end;
  if (isRange && end <= size) return range;
  throw new Failure(
    'storage.range-invalid',
    `object "${key}" of ${size} bytes has no range ${start}-${end}`,
    {
      key,
      size,
      start,
      end,
    },
  );
}
