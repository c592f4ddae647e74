/** Freezer's clients write null for what is not set. */
export function withoutNulls<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as { [Key in keyof Fields]?: NonNullable<Fields[Key]> };
}
