import { Failure } from '#kernel';

/** Committed rows of one kind, by id. */
export class Table<Row> {
  #rows: ReadonlyMap<string, Row> = new Map();

  /** What one transaction sees and changes. */
  begin(): Draft<Row> {
    return new Draft(this.#rows, (rows) => {
      this.#rows = rows;
    });
  }
}

/** The rows of a table as a transaction sees them. Nobody else does, until it is committed. */
export class Draft<Row> {
  #changed: Map<string, Row> | undefined;
  #over = false;

  constructor(
    private readonly before: ReadonlyMap<string, Row>,
    private readonly keep: (rows: ReadonlyMap<string, Row>) => void,
  ) {}

  get rows(): ReadonlyMap<string, Row> {
    if (this.#over) throw new Failure('metadata.failed', 'the transaction is over');
    return this.#changed ?? this.before;
  }

  set(id: string, row: Row): void {
    this.#changed ??= new Map(this.rows);
    this.#changed.set(id, row);
  }

  delete(id: string): void {
    this.#changed ??= new Map(this.rows);
    this.#changed.delete(id);
  }

  commit(): void {
    if (this.#changed) this.keep(this.#changed);
  }

  end(): void {
    this.#over = true;
  }
}
