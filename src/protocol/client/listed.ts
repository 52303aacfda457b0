/** Owns the shape of what a list of transactions says of each (PROTOCOL §3): of the document, what Temporal tells without asking it. */
import { z } from 'zod';
import { type Answered, count } from './answered';
import { participantState, transactionDocument } from './document';

export const listedParticipant = z.object({
  name: z.string(),
  host: z.string().describe("Host and port of its prepare URL; no port where it is the scheme's own"),
  state: participantState.describe('Absent where nobody wrote it down').exactOptional(),
});
export type ListedParticipant = Answered<typeof listedParticipant>;

export const listedTransaction = transactionDocument
  .pick({
    id: true,
    status: true,
    state: true,
    decision: true,
    needsAttention: true,
    heuristic: true,
    reason: true,
    createdAt: true,
    decideBy: true,
    endedAt: true,
    labels: true,
  })
  .extend({ participants: z.array(listedParticipant) })
  .describe(
    'What was last written down of it in Temporal: some seconds behind, and never more than its document says',
  );
export type ListedTransaction = Answered<typeof listedTransaction>;

const hint = z
  .string()
  .describe(
    'What `participant` has to be, where nothing has it and it looks like a name, or such a host is known with another port',
  )
  .exactOptional();

export const listOfTransactions = z.object({
  transactions: z.array(listedTransaction),
  next: z.string().describe('The `cursor` of the page that follows; absent at the end').exactOptional(),
  hint,
});
export type ListOfTransactions = Answered<typeof listOfTransactions>;

export const countOfTransactions = z.object({
  count: count('How many'),
  atMost: z
    .literal(true)
    .describe('More had to be looked at one by one than a request may: it is no more than that')
    .exactOptional(),
  hint,
});
export type CountOfTransactions = Answered<typeof countOfTransactions>;
