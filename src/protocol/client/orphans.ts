/** Owns the shape of a sweep's report as people read it (PROTOCOL §3). */
import { z } from 'zod';
import { type Answered, count, instant } from './answered';

export const findingDocument = z.object({
  kind: z.enum(['interrupted', 'prepared', 'unknown', 'stuck', 'unreachable', 'undelivered']),
  transactionId: z.string().exactOptional(),
  participant: z.string().exactOptional(),
  where: z.string().describe("The list's URL, or the receiver's, its query redacted").exactOptional(),
  since: instant('When it was first found so'),
  id: z.string().describe("Of an undelivered notification: its workflow's id").exactOptional(),
  type: z.string().describe('Of an undelivered notification').exactOptional(),
  attempts: count('Of an undelivered notification').exactOptional(),
  lastError: z
    .object({ code: z.string(), status: z.int().exactOptional(), message: z.string() })
    .exactOptional(),
  gaveUpAt: instant('Absent while it is still tried').exactOptional(),
  what: z.string(),
  willDo: z.string(),
  why: z.string(),
  command: z
    .string()
    .describe(
      'What a person types, once they have looked; where it names DECISION, with that set to commit or rollback',
    )
    .exactOptional(),
  curl: z.string().describe('The same for a participant that is not of the kit').exactOptional(),
});
export type FindingDocument = Answered<typeof findingDocument>;

export const sweepActionDocument = z.object({
  action: z.enum(['recover', 'commit', 'rollback']),
  transactionId: z.string(),
  participant: z.string().exactOptional(),
  where: z.string().exactOptional(),
  at: instant('When'),
  reason: z.string(),
  result: z.string().describe('`done`, or what came instead'),
});
export type SweepActionDocument = Answered<typeof sweepActionDocument>;

const counts = z
  .object({
    interrupted: count('Findings of this kind').exactOptional(),
    prepared: count('Findings of this kind').exactOptional(),
    unknown: count('Findings of this kind').exactOptional(),
    stuck: count('Findings of this kind').exactOptional(),
    unreachable: count('Findings of this kind').exactOptional(),
    undelivered: count('Findings of this kind').exactOptional(),
    entries: count("In the participants' lists: all of them").exactOptional(),
    foreign: count('Those of other coordinators').exactOptional(),
    running: count('Those of transactions that run').exactOptional(),
    actions: count('So many were settled, or tried').exactOptional(),
  })
  .describe('All that was found, also what the report has no room for; empty before the first sweep');

export const orphansReport = z.object({
  sweptAt: instant('Absent before the first sweep').exactOptional(),
  dryRun: z.boolean().describe('Absent before the first sweep').exactOptional(),
  findings: z.array(findingDocument),
  counts,
  actions: z.array(sweepActionDocument),
});
export type OrphansDocument = Answered<typeof orphansReport>;

export const sweepUnderWay = z.object({
  workflowId: z.string().describe("Of the sweep's workflow in Temporal"),
  report: z.string().describe('Where the report will be'),
});
