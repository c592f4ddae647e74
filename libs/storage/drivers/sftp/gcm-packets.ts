import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomFillSync,
  type CipherGCMTypes,
} from 'node:crypto';
import type * as Vendor from 'ssh2';

/** What the library knows of AES-GCM in one direction, and keeps to itself. */
interface Sealing {
  readonly _encSSLName: CipherGCMTypes;
  readonly _encKey: Buffer;
  readonly _encIV: Buffer;
  readonly _onWrite: (bytes: Uint8Array) => void;
  readonly _dead: boolean;
  outSeqno: number;
  allocPacket: (payloadBytes: number) => Buffer;
  encrypt: (packet: Buffer) => void;
}

interface Opening {
  readonly _decipherSSLName: CipherGCMTypes;
  readonly _decipherKey: Buffer;
  readonly _decipherIV: Buffer;
  _onPayload: (payload: Buffer) => number | false | undefined;
  /** Of the length of a packet, that have come. */
  readonly _lenBytes: number;
  inSeqno: number;
  decrypt: (bytes: Buffer, at: number, end: number) => number | undefined;
}

const LENGTH_BYTES = 4;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;
const LEAST_PADDING = 4;
/** The library takes no larger ones, and makes none. */
const MOST_PACKET_BYTES = 35_000;
const RANDOM_BYTES = 8192;

/**
 * Has a connection with AES-GCM seal and open its packets with little new memory, with a key that is made once, and with
 * padding that is drawn in advance: for each packet the library makes three pieces of memory and one key, and the
 * collections that follow cost more than sealing. To be called at each handshake, when there is no packet half way.
 * Without these fields, in another version or with other ciphers, all goes its former way.
 */
export function sparePackets(client: Vendor.Client): void {
  const { _protocol: protocol } = client as unknown as {
    readonly _protocol?: { readonly _cipher?: Partial<Sealing>; readonly _decipher?: Partial<Opening> };
  };
  const { _cipher: cipher, _decipher: decipher } = protocol ?? {};
  if (isGcm(cipher?._encSSLName, cipher?._encKey, cipher?._encIV)) spareSealing(cipher as Sealing);
  const isBetween = decipher?._lenBytes === 0;
  if (isBetween && isGcm(decipher._decipherSSLName, decipher._decipherKey, decipher._decipherIV))
    spareOpening(decipher as Opening);
}

function isGcm(name: unknown, key: unknown, iv: unknown): boolean {
  return /^aes-\d+-gcm$/.test(String(name)) && Buffer.isBuffer(key) && Buffer.isBuffer(iv);
}

function spareSealing(cipher: Sealing): void {
  const { _encSSLName: name, _encIV: iv } = cipher;
  const key = createSecretKey(cipher._encKey);
  const plain = Buffer.allocUnsafeSlow(MOST_PACKET_BYTES);
  const padding = paddingSource();
  // The library fills a packet and has it sealed before it asks for the next.
  cipher.allocPacket = (payloadBytes) => {
    const unpadded = 1 + payloadBytes;
    const least = unpadded + LEAST_PADDING;
    const bytes = least + ((BLOCK_BYTES - (least % BLOCK_BYTES)) % BLOCK_BYTES);
    const total = LENGTH_BYTES + bytes;
    const packet = total <= plain.length ? plain.subarray(0, total) : Buffer.allocUnsafe(total);
    packet.writeUInt32BE(bytes, 0);
    packet[LENGTH_BYTES] = bytes - unpadded;
    padding(packet.subarray(LENGTH_BYTES + unpadded));
    return packet;
  };
  cipher.encrypt = (packet) => {
    if (cipher._dead) return;
    const length = Buffer.from(packet.subarray(0, LENGTH_BYTES));
    const sealing = createCipheriv(name, key, iv);
    sealing.setAAD(length);
    cipher._onWrite(length);
    cipher._onWrite(sealing.update(packet.subarray(LENGTH_BYTES)));
    sealing.final();
    cipher._onWrite(sealing.getAuthTag());
    countUp(iv);
    cipher.outSeqno = (cipher.outSeqno + 1) >>> 0;
  };
}

function spareOpening(decipher: Opening): void {
  const { _decipherSSLName: name, _decipherIV: iv } = decipher;
  const key = createSecretKey(decipher._decipherKey);
  /** A packet of which some is still to come. */
  const part = Buffer.allocUnsafeSlow(MOST_PACKET_BYTES);
  let has = 0;
  const open = (packet: Buffer): Buffer => {
    const opening = createDecipheriv(name, key, iv, { authTagLength: TAG_BYTES });
    opening.setAAD(packet.subarray(0, LENGTH_BYTES));
    opening.setAuthTag(packet.subarray(packet.length - TAG_BYTES));
    const plain = opening.update(packet.subarray(LENGTH_BYTES, packet.length - TAG_BYTES));
    opening.final();
    countUp(iv);
    decipher.inSeqno = (decipher.inSeqno + 1) >>> 0;
    return plain.subarray(1, plain.length - (plain[0] ?? 0));
  };
  decipher.decrypt = (bytes, start, end) => {
    for (let at = start; at < end;) {
      let packet: Buffer | undefined;
      const whole = has === 0 && end - at >= LENGTH_BYTES ? packetBytes(bytes, at) : undefined;
      if (whole !== undefined && end - at >= whole) {
        packet = bytes.subarray(at, at + whole);
        at += whole;
      } else {
        const wanted = has < LENGTH_BYTES ? LENGTH_BYTES : packetBytes(part, 0);
        const taken = bytes.copy(part, has, at, Math.min(end, at + wanted - has));
        has += taken;
        at += taken;
        if (has < wanted || wanted === LENGTH_BYTES) continue;
        packet = part.subarray(0, has);
        has = 0;
      }
      // Another one while keys are exchanged.
      const next = decipher._onPayload(open(packet));
      if (next !== undefined) return next === false ? at : next;
    }
    return undefined;
  };
}

/** The length of the packet at `at`, with its own length and its tag. */
function packetBytes(bytes: Buffer, at: number): number {
  const sealed = bytes.readUInt32BE(at);
  const whole = LENGTH_BYTES + sealed + TAG_BYTES;
  if (whole > MOST_PACKET_BYTES || sealed < BLOCK_BYTES || sealed % BLOCK_BYTES !== 0)
    throw new Error('Bad packet length');
  return whole;
}

/** The counter of RFC 5647. */
function countUp(iv: Buffer): void {
  for (let at = iv.length - 1; at >= 4; at -= 1) {
    iv[at] = ((iv[at] ?? 0) + 1) & 0xff;
    if (iv[at] !== 0) return;
  }
}

function paddingSource(): (into: Buffer) => void {
  const random = Buffer.allocUnsafeSlow(RANDOM_BYTES);
  let used = random.length;
  return (into) => {
    if (used + into.length > random.length) {
      randomFillSync(random);
      used = 0;
    }
    random.copy(into, 0, used, used + into.length);
    used += into.length;
  };
}
