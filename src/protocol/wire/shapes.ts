/** Owns the questions that are asked of a value which came from elsewhere, before anything of it is believed. */

/** What is said of a result that has not the shape which it would have of ours. */
export const notOurs =
  "none of this coordinator's: another program, or another version, works on its task queue";

/** Its members; none where it is no object. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A count, or a time in milliseconds. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

export function isOneOf<T>(values: readonly T[], value: unknown): value is T {
  return values.some(each => each === value);
}

export function isOptional(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || is(value);
}

export function isListOf<T>(is: (value: unknown) => value is T, value: unknown): value is readonly T[] {
  return Array.isArray(value) && value.every(is);
}
