/** A deep copy of a document, as a database gives it back: without the fields that are undefined. */
export function copyOf<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map(copied);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  // Defines every field, also one that is called `__proto__`.
  return Object.fromEntries(fields.map(([name, field]) => [name, copied(field)]));
}
