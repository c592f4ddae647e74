import type { EntityTarget, FindOptionsWhere, ObjectLiteral } from 'typeorm';

/** How the documents of one kind lie in their table. */
export interface SqlKind<Document, Row extends ObjectLiteral, Filter> {
  readonly name: string;
  readonly row: EntityTarget<Row>;
  readonly conditions: {
    readonly [Name in keyof Filter]-?: (wanted: NonNullable<Filter[Name]>) => FindOptionsWhere<Row>;
  };
  /** A document with what its row has besides. */
  readonly toRow: (document: Document) => Partial<Row>;
  /** A row without the columns that are empty, as the document it was. */
  readonly toDocument: (row: Row) => Document;
}

/** For rows that are their documents. */
export function asItIs<Row>(row: Row): Row {
  return row;
}
