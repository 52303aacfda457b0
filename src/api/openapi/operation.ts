/**
 * Owns how a slice says what its routes take and answer (`operations.ts` of each): of this `/openapi.json` is made. What a schema
 * validates or types is not said again here, but named.
 */
import { type z } from 'zod';
import { type ProblemName } from '../../protocol/client/problems';
import { type Action } from '../permissions';
import { type HeaderName } from './headers';

export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/transactions/{id}`. */
  readonly path: string;
  /** Unique, a name for generated clients. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** What its caller has to be allowed; absent where no token is needed. */
  readonly action?: Action;
  readonly parameters?: readonly Parameter[];
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>> & Readonly<Partial<Record<Others, Answer>>>;
  readonly problems: readonly ProblemName[];
}

/** Of a kind of status, those that are not named. */
type Others = '2XX' | '3XX' | '4XX' | '5XX' | 'default';

export const tags = {
  Transactions: 'Start, read, watch and list transactions, and abort them',
  Operating: 'What operators do to transactions, and to many at once',
  Locks: 'Locks that stand on their own, with a lease',
  Service: 'This process, and what it says of itself',
  Participants:
    'What the coordinator asks of participants, by `POST`: prepare at the URL that the client gave, commit and rollback beside it',
  Notifications: 'What the coordinator tells the URL of `notify`, by `POST`',
} as const;

export type Tag = keyof typeof tags;

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly schema: z.ZodType;
  readonly description?: string;
  readonly required?: boolean;
  /** Its members are parameters of their own. */
  readonly isMany?: boolean;
}

export interface Body {
  /** One of `components.ts`. */
  readonly schema: z.ZodType;
  readonly required: boolean;
  /** By what they show. */
  readonly examples: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly description: string;
  /** One of `components.ts`. */
  readonly json?: z.ZodType;
  readonly example?: unknown;
  /** What is no JSON: by media type. */
  readonly text?: Readonly<Record<string, string>>;
  /** Server-Sent Events: the schema of each one's data, by the event's name. */
  readonly events?: Readonly<Record<string, z.ZodType>>;
  readonly headers?: readonly HeaderName[];
  /** Those that it has not always. */
  readonly headersAtTimes?: readonly HeaderName[];
}

/** Of every route that asks who calls; with `role-not-allowed` where not every role may. */
export const identified = [
  'misdirected-request',
  'unauthenticated',
  'rate-limited',
  'internal-error',
  'keys-unavailable',
] as const satisfies readonly ProblemName[];

/** Of every route that reads a body. */
export const withBody = [
  'invalid-json',
  'invalid-request',
  'body-too-large',
  'unsupported-media-type',
] as const satisfies readonly ProblemName[];

/** The query parameters of a shape, none of which has to be there. */
export function queryOf(shape: Readonly<Record<string, z.ZodType>>): Parameter[] {
  return Object.entries(shape).map(([name, schema]) => ({ in: 'query', name, schema }));
}
