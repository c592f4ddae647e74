import type { Entry, EntryType, Listed } from '#domain';
import { textOf } from '#kernel';
import { readDumpdir } from './dumpdir.js';
import { memberPath } from './member-path.js';
import { paxNumber, paxTimeNs, type PaxRecord } from './pax.js';
import { malformed, sizeIn, type TarHeader } from './tar-header.js';

/** All that stands before the data of one member. */
export interface MemberHeaders {
  /** Offset of the first of them in the stream. */
  readonly at: number;
  readonly header: TarHeader;
  readonly block: Buffer;
  /** Global and own pax records, the later win. */
  readonly pax: readonly PaxRecord[];
  /** Of GNU's `L` and `K` members. */
  readonly longName?: Buffer;
  readonly longLink?: Buffer;
}

/** A member, as far as its headers tell. */
export interface Member {
  readonly entry: OpenEntry;
  /** Bytes of data that follow in the stream, without padding. */
  readonly stored: number;
  readonly renames: boolean;
}

/** An entry that gets its digest and its span, which is 0 so far, when its member ends. */
export type OpenEntry = { -readonly [K in keyof Entry]: Entry[K] };

const TYPES: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  D: 'directory',
  '6': 'fifo',
};

const BILLION = 1_000_000_000n;

/** What pax and GNU headers say in place of the header block. */
interface Overrides {
  path?: Buffer;
  link?: Buffer;
  size?: number;
  mtimeNs?: bigint;
  uid?: number;
  gid?: number;
  user?: Buffer;
  group?: Buffer;
  sparse?: boolean;
  sparseName?: Buffer;
  realSize?: number;
  listing?: readonly Listed[];
  renames?: boolean;
}

export function memberOf(headers: MemberHeaders): Member {
  const { at, header } = headers;
  const said = overridesOf(headers);
  const name = said.sparseName ?? said.path ?? header.name;
  const type = typeOf(header, name, at);
  // The size of a hard link tells about the file it points to; there is no data.
  const stored = header.type === '1' ? 0 : (said.size ?? header.size);
  const sparse = type === 'file' && said.sparse === true;
  const entry: OpenEntry = {
    path: memberPath(name),
    type,
    mode: header.mode & 0o7777,
    uid: said.uid ?? header.uid,
    gid: said.gid ?? header.gid,
    mtimeNs: said.mtimeNs ?? BigInt(header.mtime) * BILLION,
    size: type !== 'file' ? 0 : sparse ? (said.realSize ?? stored) : stored,
    at,
    span: 0,
  };
  const [user, group] = [textOf(said.user ?? header.user), textOf(said.group ?? header.group)];
  if (user !== '') entry.user = user;
  if (group !== '') entry.group = group;
  if (sparse) entry.sparse = true;
  if (type === 'symlink') entry.link = textOf(said.link ?? header.link);
  if (type === 'hardlink') entry.link = memberPath(said.link ?? header.link);
  if (type === 'character-device' || type === 'block-device')
    entry.device = { major: header.major, minor: header.minor };
  if (type === 'directory' && said.listing) entry.listing = said.listing;
  return { entry, stored, renames: said.renames ?? false };
}

function typeOf(header: TarHeader, name: Buffer, at: number): EntryType {
  const type = TYPES[header.type];
  if (!type) throw malformed(at, `there is no member type ${JSON.stringify(header.type)}`);
  // Archives from before ustar mark directories in this way only.
  return type === 'file' && name[name.length - 1] === 0x2f ? 'directory' : type;
}

function overridesOf(headers: MemberHeaders): Overrides {
  const said: Overrides = {};
  if (headers.longName) said.path = headers.longName;
  if (headers.longLink) said.link = headers.longLink;
  if (headers.header.type === 'S') {
    said.sparse = true;
    said.realSize = sizeIn(headers.block, 483, headers.at);
  }
  for (const record of headers.pax) RULES.get(record.key)?.(said, record, headers.at);
  return said;
}

type Rule = (said: Overrides, record: PaxRecord, at: number) => void;

/** Keys that are not here (times of access, extended attributes, ACLs …) matter to tar alone. */
const RULES = new Map<string, Rule>([
  ['path', (said, { value }) => void (said.path = value)],
  ['linkpath', (said, { value }) => void (said.link = value)],
  ['size', (said, record, at) => void (said.size = paxNumber(record, at))],
  ['mtime', (said, record, at) => void (said.mtimeNs = paxTimeNs(record, at))],
  ['uid', (said, record, at) => void (said.uid = paxNumber(record, at))],
  ['gid', (said, record, at) => void (said.gid = paxNumber(record, at))],
  ['uname', (said, { value }) => void (said.user = value)],
  ['gname', (said, { value }) => void (said.group = value)],
  ['GNU.sparse.name', (said, { value }) => void (said.sparseName = value)],
  ['GNU.sparse.major', (said) => void (said.sparse = true)],
  ['GNU.sparse.map', (said) => void (said.sparse = true)],
  ['GNU.sparse.numblocks', (said) => void (said.sparse = true)],
  ['GNU.sparse.realsize', (said, record, at) => void (said.realSize = paxNumber(record, at))],
  ['GNU.sparse.size', (said, record, at) => void (said.realSize = paxNumber(record, at))],
  [
    'GNU.dumpdir',
    (said, { value }, at) => {
      const { listing, renames } = readDumpdir(value, at);
      said.listing = listing;
      said.renames = renames;
    },
  ],
]);
