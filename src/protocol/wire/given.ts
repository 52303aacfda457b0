/** Owns leaving out members that have no value: with `exactOptionalPropertyTypes` an optional one is absent, never undefined. */

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** The members that are not undefined, to be spread into an object whose members are optional. */
export function given<T extends object>(members: T): Given<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept as Given<T>;
}
