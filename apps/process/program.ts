import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** As it stands in manifests and in `--version`. */
export const PROGRAM_VERSION = manifest.version;
export const PROGRAM = `firn ${PROGRAM_VERSION}`;
