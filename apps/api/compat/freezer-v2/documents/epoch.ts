/** A moment in Freezer's count: whole seconds since 1970, -1 for never. */
export function epoch(moment: Date | undefined): number {
  return moment ? Math.floor(moment.getTime() / 1000) : -1;
}

/** The moment that a count of Freezer means. */
export function momentOf(seconds: number | null | undefined): Date | undefined {
  return typeof seconds === 'number' && seconds >= 0 ? new Date(seconds * 1000) : undefined;
}
