/** Owns the shape of the long form (PROTOCOL §3): each field alone. What fields say together is transactionRequest.ts. */
import { z } from 'zod';
import { isDeeperThan } from '../wire/canonicalJson';
import { longestUrl, readHttpUrl, readPrepareUrl } from './participantUrl';
import { ofName } from '../wire/inputProblems';
import { lockModes, resourceForm, resourcePattern } from '../wire/locks';
import { namePattern } from '../wire/names';
import { notifyEvents } from '../wire/notification';
import { type Ms } from '../wire/phases';

/** For one request to a participant; a process waits for it with one timer. A coordinator may allow its clients less. */
export const requestTimeoutMs = { min: 10, max: 600_000 } as const;

/** From start to decision. Far below the engine's retention, so that a transaction cannot outlive its record. */
export const transactionTimeoutMs = { min: 10, max: 604_800_000 } as const;

/** Deeper ones overflow the stack of what reads and writes them. */
const deepestPayload = 100;

const mostLabels = 32;
const longestLabel = 256;

/** They are acquired one after the other, each a round trip. */
const mostLocks = 100;

type UrlReader = (text: string) => { readonly href: string } | { readonly wrong: string };

/** A URL that `read` accepts, in its normal spelling. */
function url(read: UrlReader, description: string): z.ZodType<string, string> {
  return z
    .string('must be a string')
    .transform((text, context) => {
      const result = read(text);
      if ('href' in result) return result.href;
      context.addIssue({ code: 'custom', message: result.wrong });
      return z.NEVER;
    })
    .meta({ maxLength: longestUrl, pattern: '^[Hh][Tt][Tt][Pp][Ss]?://', description });
}

const urlForm = '`http` or `https`, without credentials and fragment';
const prepareForm = `${urlForm}; the last segment of its path is \`prepare\`, which commit and rollback replace`;

interface Range {
  readonly min: number;
  readonly max: number;
}

export function milliseconds({ min, max }: Range, note = ''): z.ZodType<number, number> {
  const message = `must be a whole number of milliseconds from ${min} to ${max}${note}`;
  return z.int(message).min(min, message).max(max, message);
}

/** An object that refuses other fields by name. @param form what else than such an object may stand there is part of it */
function closed<Shape extends z.ZodRawShape>(shape: Shape, form: string): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? `unknown field; known: ${known}` : form),
  });
}

const nameMessage = 'must be 1 to 64 of [A-Za-z0-9._-]';

const participantShape = {
  url: url(readPrepareUrl, prepareForm),
  name: z
    .string(nameMessage)
    .regex(namePattern, nameMessage)
    .describe('Each once; `p1`, `p2`, … by position where absent')
    .optional(),
  commitUrl: url(readHttpUrl, `${urlForm}; named together with \`rollbackUrl\``).optional(),
  rollbackUrl: url(readHttpUrl, `${urlForm}; named together with \`commitUrl\``).optional(),
  payload: z
    .unknown()
    .refine(
      value => !isDeeperThan(value, deepestPayload),
      `must not nest deeper than ${deepestPayload} levels`,
    )
    .describe(`Passed on in each request: any JSON, at most ${deepestPayload} levels deep`)
    .optional(),
};

/** Zod's records leave out `__proto__`, so the object is looked at as it is. */
const labels = z
  .custom<Record<string, string>>(
    value => typeof value === 'object' && value !== null && !Array.isArray(value),
    {
      error: 'must be an object of strings',
      abort: true,
    },
  )
  .superRefine((value, context) => {
    const entries = Object.entries(value as Record<string, unknown>);
    const add = (message: string, path: string[] = [], params = {}): void => {
      context.addIssue({ code: 'custom', message, path, params });
    };
    if (entries.length > mostLabels) add(`must not have more than ${mostLabels} labels`);
    for (const [key, label] of entries) {
      const wrong = wrongLabelName(key);
      if (wrong !== undefined) add(`a label's name ${wrong}`, [key], ofName);
      if (!isLabelValue(label)) add(`must be ${labelForm}`, [key]);
    }
  })
  .meta({
    type: 'object',
    maxProperties: mostLabels,
    propertyNames: { pattern: namePattern.source },
    additionalProperties: { type: 'string', maxLength: longestLabel },
    description: 'For lists; without control characters',
  });

/** What a label's name has to be, where it is not; undefined where it may be one. */
export function wrongLabelName(name: string): string | undefined {
  if (name === '__proto__') return 'must not be "__proto__", which JavaScript does not take for a name';
  return namePattern.test(name) ? undefined : nameMessage;
}

export const labelForm = `a string of at most ${longestLabel} characters, without control characters`;

export function isLabelValue(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestLabel && !/\p{Cc}/u.test(value);
}

const lock = closed(
  {
    resource: z
      .string(resourceForm)
      .regex(resourcePattern, resourceForm)
      .describe('1 to 128 of `[A-Za-z0-9._:/@=-]`, the first a letter or digit'),
    mode: z.enum(lockModes, 'must be "exclusive" or "shared"'),
  },
  'must be an object with "resource" and "mode"',
);

const eventForm = 'must be "outcome", "attention" or "end"';

const notify = closed(
  {
    url: url(readHttpUrl, urlForm),
    on: z
      .array(z.enum(notifyEvents, eventForm), 'must be an array of "outcome", "attention" and "end"')
      .min(1, 'must name at least one of "outcome", "attention" and "end"')
      .max(notifyEvents.length, 'must name each of "outcome", "attention" and "end" once at most')
      .describe('Each once; `["outcome"]` where absent')
      .optional(),
  },
  'must be an object with "url"',
);

const transactionShape = {
  timeoutMs: milliseconds(transactionTimeoutMs).describe('From start to decision').optional(),
  onCommitFailure: z
    .enum(['retry', 'rollback'], 'must be "retry" or "rollback"')
    .describe('`rollback` gives up atomicity where a commit cannot be had')
    .optional(),
  locks: z
    .array(lock, 'must be an array of locks')
    .max(mostLocks, `must not hold more than ${mostLocks} locks`)
    .describe('Held from before the first prepare until the transaction has ended; each resource once')
    .optional(),
  lockTimeoutMs: milliseconds(transactionTimeoutMs).describe('For all locks, within `timeoutMs`').optional(),
  labels: labels.optional(),
  notify: notify.optional(),
};

/** @param timeoutMs of a participant */
function schemaWith(timeoutMs: z.ZodType<number, number>) {
  const participant = closed(
    { ...participantShape, timeoutMs: timeoutMs.describe('For one request of any phase').optional() },
    'must be a prepare URL (a string), or an object with "url"',
  );
  const participants = z.array(
    participant,
    'must be an array of participants: prepare URLs, or objects with "url"',
  );
  return closed(
    { participants, ...transactionShape },
    'must be an array of prepare URLs, or an object with "participants"',
  );
}

type TransactionSchema = ReturnType<typeof schemaWith>;

const schemas = new Map<Ms, TransactionSchema>();

/** Of the long form, every participant an object. @param maxRequestTimeoutMs the most that a participant's `timeoutMs` may be */
export function transactionSchema(maxRequestTimeoutMs: Ms): TransactionSchema {
  const known = schemas.get(maxRequestTimeoutMs);
  if (known !== undefined) return known;
  const range = { min: requestTimeoutMs.min, max: maxRequestTimeoutMs };
  const note = ', the most that this coordinator allows (DTC_MAX_REQUEST_TIMEOUT_MS)';
  const schema = schemaWith(milliseconds(range, note));
  schemas.set(maxRequestTimeoutMs, schema);
  return schema;
}

export type TransactionInput = z.output<TransactionSchema>;
export type ParticipantInput = TransactionInput['participants'][number];
