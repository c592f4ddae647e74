import fc from 'fast-check';

/** Rising ranges, some of them neighbours, none empty. */
export const rising = fc
  .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 })), { maxLength: 20 })
  .map((steps) => {
    let at = 0;
    return steps.map(([gap, length]) => {
      const start = at + gap;
      at = start + length;
      return { start, end: at };
    });
  });

/** The place of every byte of the ranges. */
export const bytesIn = (ranges: Iterable<{ start: number; end: number }>) =>
  [...ranges].flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
