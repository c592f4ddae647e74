import { readlinkSync } from 'node:fs';
import { textOf } from '#kernel';
import { ContentComparison, type ContentDifference } from './same-content.js';
import { fileType } from './file-type.js';
import { HardLinkGroups } from './hard-link-groups.js';
import { statusFindings, type CompareOptions, type Finding } from './tree-difference.js';
import type { TreePair, TreeSide } from './tree-pairs.js';

/** Compares the pairs of a walk, in its order, and counts. Memory held: two buffers, and the links still open. */
export class EntryComparison {
  entries = 0;
  files = 0;
  bytes = 0;
  readonly #content = new ContentComparison();
  readonly #links = { left: new HardLinkGroups(), right: new HardLinkGroups() };

  constructor(private readonly options: CompareOptions) {}

  async findings(path: string, { left, right }: TreePair): Promise<readonly Finding[]> {
    if (this.options.ignoreSockets && [left, right].some(({ status }) => status?.isSocket())) return [];
    const broken = unreadable(left, right);
    if (!left.status || !right.status) return broken.length > 0 ? broken : presence(left, right);
    this.entries += 1;
    const findings = [...broken, ...statusFindings(left.status, right.status, this.options)];
    if (fileType(left.status) !== fileType(right.status)) return findings;
    const first = this.#links.left.firstName(path, left.status);
    const firstRight = this.#links.right.firstName(path, right.status);
    if (first !== firstRight) findings.push({ what: 'hard-links', left: first, right: firstRight });
    // Two names of one file on both sides: its content has been compared under the first.
    if (first !== path && first === firstRight) return findings;
    return [...findings, ...(await this.#insides(left, right))];
  }

  async #insides(left: TreeSide, right: TreeSide): Promise<readonly Finding[]> {
    try {
      if (left.status?.isSymbolicLink()) return targets(left, right);
      return left.status?.isFile() ? await this.#contents(left, right) : [];
    } catch (error) {
      // The message of the file system names the path, and so the side.
      const reason = (error as Error).message;
      return [{ what: 'unreadable', left: reason, right: reason }];
    }
  }

  async #contents(left: TreeSide, right: TreeSide): Promise<readonly Finding[]> {
    this.files += 1;
    const size = left.status?.size ?? 0n;
    // Other sizes have been found already, and need no reading.
    if (size !== right.status?.size) return [];
    this.bytes += Number(size);
    const found = await this.#content.difference(left.path, right.path, Number(size));
    return found ? [{ what: 'content', left: inWords(found, 'left'), right: inWords(found, 'right') }] : [];
  }
}

function presence(left: TreeSide, right: TreeSide): readonly Finding[] {
  const words = ({ status }: TreeSide) => (status ? fileType(status) : 'nothing');
  return left.status || right.status ? [{ what: 'presence', left: words(left), right: words(right) }] : [];
}

function unreadable(left: TreeSide, right: TreeSide): readonly Finding[] {
  const words = ({ error }: TreeSide) => (error ? error.message : 'readable');
  return left.error || right.error ? [{ what: 'unreadable', left: words(left), right: words(right) }] : [];
}

function targets(left: TreeSide, right: TreeSide): readonly Finding[] {
  const a = textOf(readlinkSync(left.path, { encoding: 'buffer' }));
  const b = textOf(readlinkSync(right.path, { encoding: 'buffer' }));
  return a === b ? [] : [{ what: 'link', left: a, right: b }];
}

function inWords(found: ContentDifference, side: 'left' | 'right'): string {
  const byte = found[side];
  return byte === undefined
    ? `ends at byte ${found.at}`
    : `0x${byte.toString(16).padStart(2, '0')} at byte ${found.at}`;
}
