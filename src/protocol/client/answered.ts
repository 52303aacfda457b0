/**
 * Owns how the type of an answer comes from its schema, so that what is documented (`/openapi.json`), what is checked and what the code
 * makes is one thing. A member that may be left out is absent, never undefined (`exactOptional`). More members may come with a later
 * version, so no answer's object is closed.
 */
import { z } from 'zod';

/** What a schema of an answer lets through, as whoever reads it has it: nothing of it is changed. */
export type Answered<Schema extends z.ZodType> = Frozen<z.output<Schema>>;

type Frozen<T> = T extends readonly (infer Member)[]
  ? readonly Frozen<Member>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

/** RFC 3339, UTC, with milliseconds (PROTOCOL §3). */
export function instant(description: string): z.ZodString {
  return z.string().meta({ format: 'date-time', description });
}

export function count(description: string): z.ZodInt {
  return z.int().min(0).describe(description);
}
