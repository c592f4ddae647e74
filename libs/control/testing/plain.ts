/** A value as it looks when it is read back: without fields that are undefined, moments as text. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
