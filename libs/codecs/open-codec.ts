import type { CommandRunner } from '#host';
import { Failure, invariant, withNearest } from '#kernel';
import { checkedLevel } from './codec-level.js';
import { CODEC_NAMES, type Codec, type CodecName } from './codec.js';
import { gzip } from './gzip.js';
import { PooledCodec } from './pooled-codec.js';
import { openProgramCodec } from './program-codec.js';
import { bzip2, xz } from './programs.js';
import { rawCodec } from './raw-codec.js';
import { zstd } from './zstd.js';

export interface CodecOptions {
  /** One of `codecLevels`; the codec's own default without it. */
  readonly level?: number | undefined;
  /** Buffers in work at the same time, at least 1. Each costs memory: some MiB with zstd, tens of MiB with xz. */
  readonly lanes: number;
  /** Runs `bzip2` and `xz`. */
  readonly commands: CommandRunner;
}

/**
 * The codec of that name, ready for use; to be closed. Rejects with `codec.unknown`, `codec.level-invalid`, or
 * `codec.program-missing` when the machine lacks the program it needs.
 */
export async function openCodec(name: string, options: CodecOptions): Promise<Codec> {
  if (!isCodecName(name)) throw unknownCodec(name);
  const level = checkedLevel(name, options.level);
  invariant(Number.isInteger(options.lanes) && options.lanes >= 1, `${options.lanes} lanes are none`);
  return openers[name](level, options);
}

export function isCodecName(name: string): name is CodecName {
  return (CODEC_NAMES as readonly string[]).includes(name);
}

/** `level` has been checked; what was asked for is in the options. */
type Opener = (level: number, options: CodecOptions) => Codec | Promise<Codec>;

const openers: Readonly<Record<CodecName, Opener>> = {
  none: () => rawCodec,
  zstd: (_, { level, lanes }) => new PooledCodec(zstd(level), lanes),
  gzip: (level, { lanes }) => new PooledCodec(gzip(level), lanes),
  bzip2: (level, { lanes, commands }) => openProgramCodec(bzip2(level), lanes, commands),
  xz: (level, { lanes, commands }) => openProgramCodec(xz(level), lanes, commands),
};

function unknownCodec(name: string): Failure {
  const known = CODEC_NAMES.join(', ');
  return new Failure(
    'codec.unknown',
    `unknown compression ${withNearest(name, CODEC_NAMES)}; there are ${known}`,
    { name },
  );
}
