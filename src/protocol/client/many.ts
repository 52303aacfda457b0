/** Owns the shape of what is answered to an action on many transactions, and of whom they wait for (PROTOCOL §3). */
import { z } from 'zod';
import { type Answered, count, instant } from './answered';
import { lastError, transactionId } from './document';

export const bulkReport = z.object({
  matched: count(
    'Those that were found to wait, by a look at each, or that could not be looked at: `acted` and `failed` together, where it is no dry run',
  ),
  acted: count('So many were acted on'),
  asking: count(
    'Of a retry: those not among `matched` since whoever they wait for is being asked at this moment, which is not cut off',
  ).exactOptional(),
  heuristic: z
    .object({
      mixed: count('So many end otherwise than decided'),
      hazard: count('So many may have'),
      undecided: count(
        'So many have not decided: commit is provisional, and it depends on the others',
      ).exactOptional(),
    })
    .describe(
      'Of the dry run of a resolve: what those of `matched` that would end with a heuristic outcome come to, as far as nobody else answers anything; absent where none would',
    )
    .exactOptional(),
  failed: z.array(z.object({ id: transactionId, why: z.string() })),
  dryRun: z.boolean(),
  stoppedBy: z
    .enum(['limit', 'time', 'shutdown', 'temporal', 'worker'])
    .describe('There may be more, and why they were not looked at; absent where all that are listed were')
    .exactOptional(),
  hint: z
    .string()
    .describe(
      'What `participant` has to be, where nothing waits for it and it looks like a name, or such a host is known with another port',
    )
    .exactOptional(),
});
export type BulkReport = Answered<typeof bulkReport>;

export const sickHost = z
  .object({
    host: z
      .string()
      .describe("As the participants' prepare URLs have it: with a port where that is not the scheme's own"),
    waiting: count('Transactions that wait for it'),
    needsAttention: count('Those of them that need attention'),
    since: instant(
      'Of the one that has waited longest: when its phase two began, or, where nothing is decided, when it was created',
    ),
    lastError: lastError.describe('The newest that is known').exactOptional(),
  })
  .describe('A host that transactions in trouble wait for');
export type SickHost = Answered<typeof sickHost>;

export const sickHosts = z.object({
  participants: z.array(sickHost).describe('Most first'),
  sample: z
    .object({ looked: count('So many were looked at, the newest'), of: count('So many there are') })
    .describe('Absent where all were looked at')
    .exactOptional(),
});
export type SickHosts = Answered<typeof sickHosts>;
