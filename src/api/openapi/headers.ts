/** Owns the headers of requests and answers as `/openapi.json` describes them. Those of every answer (no caching, hardening) are in its introduction. */
import { z } from 'zod';
import { type Parameter } from './operation';

export const answerHeaders = {
  Location: z.string().describe('Where what was started, or may have been, is read'),
  'Retry-After': z.int().min(0).describe('Seconds after which it is worth asking again'),
  'Preference-Applied': z
    .string()
    .meta({ description: 'How long was waited at most, where that was asked for', examples: ['wait=10'] }),
  'WWW-Authenticate': z.string().describe('RFC 6750'),
  ETag: z.string().describe('For `If-None-Match`, and of a transaction for `If-Match`'),
  'Content-Encoding': z.string().describe('`gzip`, of whoever takes that'),
  Vary: z.string().describe('Which header of the request the answer depends on'),
  'X-Accel-Buffering': z.string().describe('`no`: a proxy is to pass each event on at once'),
} as const;

export type HeaderName = keyof typeof answerHeaders;

const header = (name: string, schema: z.ZodType): Parameter => ({ in: 'header', name, schema });

export const idempotencyKey = header(
  'Idempotency-Key',
  z.string().meta({
    minLength: 1,
    pattern: '^[\\x20-\\x7e]*$',
    description:
      'Makes a repeat the same transaction: 1 to 255 printable ASCII characters, bare (without space, comma, quote and backslash) or as a quoted string',
    examples: ['order-4711'],
  }),
);

export function prefer(until: string, longestWaitS: number): Parameter {
  return header(
    'Prefer',
    z.string().meta({
      description: `\`wait=<seconds>\` (RFC 7240): answers when ${until}, or after so long; more than ${longestWaitS} are taken as that`,
      examples: ['wait=10'],
    }),
  );
}

export const lastEventId = header(
  'Last-Event-ID',
  z
    .string()
    .regex(/^\d{0,9}$/)
    .describe('The `id` of the event that was heard last, of a client that comes again'),
);

export const ifNoneMatch = header(
  'If-None-Match',
  z.string().describe('An `ETag` that is at hand: `304` where it is still right'),
);

export const ifMatch = header(
  'If-Match',
  z
    .string()
    .describe(
      'The `etag` of the document that was seen (RFC 9110): it is acted on only while that is its tag, else `412`. Without it, and with `*`: whatever it is now',
    ),
);

/** Of what may change something. */
export const traceContext = [
  header('traceparent', z.string().describe('W3C Trace Context; goes on where tracing is on, else ignored')),
  header('tracestate', z.string().describe('Goes with `traceparent`')),
];
