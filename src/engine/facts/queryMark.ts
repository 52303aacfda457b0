/** Owns how a worker tells a workflow that what it would answer a query from is not recorded (`engine/recordedQueries.ts`). */

/** The SDK's id of a query that comes by itself: with a task come those whose answers are part of it. */
const byItself = 'legacy_query';

interface Query {
  readonly queryId?: string | null;
  readonly headers?: Readonly<Record<string, unknown>> | null;
}

export function comesByItself({ queryId }: Query): boolean {
  return queryId === byItself;
}

/** How a workflow begins what it refuses a query with: nobody's fault, and the next one is answered. */
export const refusal = 'this query ';

/** Whoever asks with it is refused: no more than that. */
export const unrecordedHeader = 'unrecorded';

export function isMarked({ headers }: Query): boolean {
  return headers?.[unrecordedHeader] != null;
}
