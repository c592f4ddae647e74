/**
 * When a job runs. Dates without an offset are local to `timezone`. At most one of `date`, `interval` and the calendar
 * fields says when; with none of them the job runs once, as soon as it is taken up.
 */
export interface Schedule {
  /** Once, then: `2026-11-21T02:00:00`, also with fraction, `Z` or an offset. */
  readonly date?: string;
  /** `continuous`, or `5 minutes`: a number and weeks, days, hours, minutes or seconds. */
  readonly interval?: string;
  /** Nothing before this moment; also the anchor of an interval. */
  readonly startDate?: string;
  /** Nothing after this moment. */
  readonly endDate?: string;
  /** Calendar fields, each an expression; see `calendar.ts`. */
  readonly year?: string;
  readonly month?: string;
  readonly day?: string;
  readonly week?: string;
  readonly dayOfWeek?: string;
  readonly hour?: string;
  readonly minute?: string;
  readonly second?: string;
  /** IANA name, such as `Europe/Berlin`; `UTC` when it is missing. The scheduler fills in its client's zone. */
  readonly timezone?: string;
}

/** A moment at which a job is due. `key` names the occurrence: the same on every machine that works it out. */
export interface Occurrence {
  readonly key: string;
  readonly dueAt: Date;
}

/** The occurrence to run now. */
export interface Due {
  readonly occurrence: Occurrence;
  /** Earlier occurrences that it stands for; counted up to 1000. */
  readonly skipped: number;
}

/** Is told what is wrong with the text that a reader reads; the reader then gives `undefined`. */
export type Complain = (message: string) => void;
