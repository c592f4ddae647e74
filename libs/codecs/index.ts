/** Bytes to bytes: compressing, sealing, measuring, and doing so on several lanes in order. */
export { checksum, checksumMatches } from './checksum.js';
export { codecLevels, type LevelRange } from './codec-level.js';
export { CODEC_NAMES, type Codec, type CodecName } from './codec.js';
export { discard } from './discard.js';
export { isIncompressible, skippingCodec } from './incompressible.js';
export { mapInOrder, type Work } from './map-in-order.js';
export { meter, meterOf, type Measure, type Meter, type Metered } from './meter.js';
export { isCodecName, openCodec, type CodecOptions } from './open-codec.js';
export { seal, sealed, unseal, type Sealed } from './seal.js';
export { Slabs } from './slabs.js';
