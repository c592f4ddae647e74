import { isMap, isScalar, isSeq, type Document, type LineCounter } from 'yaml';

export type DocumentPath = readonly (string | number)[];

/** Finds the line and column at which something stands in a document of JSON or YAML. */
export class DocumentPlaces {
  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  at(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.lines.linePos(offset);
    return { line, column: col };
  }

  /** The place of what `path` leads to; where that is missing, of what should contain it. */
  of(path: DocumentPath): { readonly line: number; readonly column: number } {
    let node: unknown = this.document.contents;
    let offset = startOf(node) ?? 0;
    for (const part of path) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
        if (!pair) break;
        offset = startOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        const item: unknown = node.items[Number(part)];
        if (item === undefined) break;
        offset = startOf(item) ?? offset;
        node = item;
      } else break;
    }
    return this.at(offset);
  }
}

function startOf(node: unknown): number | undefined {
  const range = (node as { readonly range?: readonly number[] } | null | undefined)?.range;
  return range?.[0];
}
