import { malformed } from './tar-header.js';

/** One record of a pax header; the value is bytes, since GNU tar writes names as they are. */
export interface PaxRecord {
  readonly key: string;
  readonly value: Buffer;
}

const BLANK = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** The records `<length> <key>=<value>\n` of a pax header, whose data begins at `at` of the stream. */
export function paxRecords(data: Buffer, at: number): PaxRecord[] {
  const records: PaxRecord[] = [];
  let start = 0;
  while (start < data.length) {
    const blank = data.indexOf(BLANK, start);
    // No length has more than ten digits; a search through all data for a blank would be slow and wrong.
    const length =
      blank > start && blank - start <= 10 ? decimal(data.toString('latin1', start, blank)) : undefined;
    const end = start + (length ?? 0);
    if (length === undefined || end > data.length || end <= blank + 1 || data[end - 1] !== NEWLINE) {
      throw malformed(at + start, 'a pax record has a wrong length');
    }
    const equals = data.indexOf(EQUALS, blank);
    if (equals < 0 || equals >= end) throw malformed(at + start, 'a pax record has no "="');
    records.push({
      key: data.toString('latin1', blank + 1, equals),
      value: data.subarray(equals + 1, end - 1),
    });
    start = end;
  }
  return records;
}

/** Bytes of a pax header with these records. */
export function paxData(records: readonly PaxRecord[]): Buffer {
  return Buffer.concat(records.map(recordBytes));
}

function recordBytes({ key, value }: PaxRecord): Buffer {
  const rest = Buffer.byteLength(key, 'latin1') + value.length + ' =\n'.length;
  // The length counts its own digits.
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length += 1;
  return Buffer.concat([Buffer.from(`${length} ${key}=`, 'latin1'), value, Buffer.of(NEWLINE)]);
}

/** A whole number that is not negative. */
export function paxNumber(record: PaxRecord, at: number): number {
  const value = decimal(record.value.toString('latin1'));
  if (value === undefined) throw malformed(at, `the pax record ${record.key} is no number`);
  return value;
}

const TIME = /^(-?)(\d{1,19})(?:\.(\d*))?$/;

/** Seconds with any number of decimals → nanoseconds, exactly; what is finer than a nanosecond is cut. */
export function paxTimeNs(record: PaxRecord, at: number): bigint {
  const text = record.value.toString('latin1');
  const found = TIME.exec(text);
  if (!found) throw malformed(at, `the pax record ${record.key} is no time`);
  const [, sign, seconds = '0', fraction = ''] = found;
  const ns = BigInt(seconds + fraction.slice(0, 9).padEnd(9, '0'));
  return sign === '-' ? -ns : ns;
}

function decimal(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
