import { quoted, refusal } from './refusal.js';

const UNITS = ['', 'K', 'M', 'G', 'T', 'P'] as const;
const SIZE = /^(\d+)(?:\.(\d+))?\s*([KMGTP]?)(I?B)?$/;

/**
 * Bytes of `64MiB`, `64M`, `64m` (all 64 × 1024²), `64MB` (64 × 1000²), `1.5G` or a plain number of bytes. Exact: what
 * is no whole number of bytes, or more than 2^53−1, is refused with `input.invalid`.
 */
export function parseSize(size: string | number): number {
  const text = String(size).trim();
  const found = SIZE.exec(text.toUpperCase());
  if (!found) throw refusal(`${quoted(size)} is not a size such as 64MiB, 500MB or 1048576`);
  const [, whole = '', fraction = '', unit = '', suffix = ''] = found;
  if (unit === '' && suffix === 'IB') throw refusal(`${quoted(size)} is not a size such as 64MiB or 1048576`);

  const factor = BigInt(unit !== '' && suffix === 'B' ? 1000 : 1024) ** BigInt(UNITS.indexOf(unit as 'K'));
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * factor;
  if (scaled % scale !== 0n) throw refusal(`${quoted(size)} is not a whole number of bytes`);
  const bytes = scaled / scale;
  if (bytes > BigInt(Number.MAX_SAFE_INTEGER)) throw refusal(`${quoted(size)} is more than 2^53-1 bytes`);
  return Number(bytes);
}

/** `512 B`, `1.5 MiB`: three digits at most before the point, one after it. */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  // 1023.95 would be rounded to 1024.0, which is 1.0 of the next unit.
  while (Math.abs(amount) >= (unit === 0 ? 1024 : 1023.95) && unit < UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(amount)} B` : `${amount.toFixed(1)} ${UNITS[unit]}iB`;
}

/** `12.3 MiB/s` for so many bytes in so many milliseconds; `–` when no time has passed. */
export function formatRate(bytes: number, ms: number): string {
  return ms > 0 ? `${formatBytes((bytes / ms) * 1000)}/s` : '–';
}
