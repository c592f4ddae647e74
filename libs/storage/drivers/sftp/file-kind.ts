/** What servers tell of a file, if they do. */
export interface FileMode {
  readonly mode?: number;
}

const KIND = 0o170000;
const FOLDER = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;

export function isFolder(file: FileMode): boolean {
  return kindOf(file) === FOLDER;
}

export function isRegularFile(file: FileMode): boolean {
  return kindOf(file) === FILE;
}

export function isLink(file: FileMode): boolean {
  return kindOf(file) === LINK;
}

function kindOf({ mode }: FileMode): number {
  return (mode ?? 0) & KIND;
}
