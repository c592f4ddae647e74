import { Failure } from '#kernel';
import type { CodecName } from './codec.js';

export interface LevelRange {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** How hard each codec can be told to try; `none` takes no level but 0. */
export const codecLevels: Readonly<Record<CodecName, LevelRange>> = {
  none: { min: 0, max: 0, default: 0 },
  zstd: { min: 1, max: 22, default: 3 },
  gzip: { min: 1, max: 9, default: 6 },
  bzip2: { min: 1, max: 9, default: 9 },
  xz: { min: 0, max: 9, default: 6 },
};

/** The level asked for, or the codec's own. Throws `codec.level-invalid`. */
export function checkedLevel(name: CodecName, level: number | undefined): number {
  const { min, max, default: usual } = codecLevels[name];
  if (level === undefined) return usual;
  if (Number.isInteger(level) && level >= min && level <= max) return level;
  const range = min === max ? 'takes no level' : `takes levels from ${min} to ${max}`;
  throw new Failure('codec.level-invalid', `compression ${name} ${range}, not ${level}`, {
    name,
    level,
    min,
    max,
  });
}
