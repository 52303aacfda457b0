/** Owns the shape of payloads as Temporal's tools send them to a codec server, and want them back: protocol buffers' JSON, bytes in base64. */
import { z } from 'zod';

/** Of one request. A page of a history has some hundreds; each costs time in which nothing else is done. */
export const mostPayloads = 5_000;
/** Of one payload. Temporal's have two or three. */
export const mostMetadata = 20;

const form = 'must be base64';
const bytes = z
  .string(form)
  .regex(/^[A-Za-z0-9+/_-]*={0,2}$/, form)
  .describe('Base64');

const payload = z.object(
  {
    metadata: z
      .record(z.string(), bytes, 'must be an object of base64 by name')
      .meta({ maxProperties: mostMetadata })
      .exactOptional(),
    data: bytes.exactOptional(),
  },
  'must be an object',
);

export const listOfPayloads = z.array(payload, 'must be a list of payloads').max(mostPayloads);

export const payloads = z.object({ payloads: listOfPayloads }, 'must be an object');
export type Payloads = z.output<typeof payloads>;
