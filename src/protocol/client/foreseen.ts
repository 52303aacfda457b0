/** Owns the shape of what is answered to an action that is tried with `dryRun` (PROTOCOL §3). */
import { z } from 'zod';
import { type Answered } from './answered';
import { decision, heuristic, transactionDocument } from './document';

export const follows = z
  .object({
    decision: decision.nullable(),
    heuristic: heuristic.exactOptional(),
    inconsistent: z
      .array(z.string())
      .describe('The participants that have, or may have, ended otherwise than decided, by their names'),
    locksFree: z.array(z.string()).describe('The resources of its locks that others can have then'),
    ends: z.boolean().describe('It ends at once: nobody is outstanding any more'),
  })
  .describe('What comes of it, as far as nobody else answers anything');
export type Follows = Answered<typeof follows>;

export const foreseenDocument = z.object({
  dryRun: z.literal(true),
  document: transactionDocument.describe('As it would be answered'),
  follows,
});
export type ForeseenDocument = Answered<typeof foreseenDocument>;

/** Of an action, which is answered with one or the other. */
export const actedOrForeseen = z.union([transactionDocument, foreseenDocument]);
