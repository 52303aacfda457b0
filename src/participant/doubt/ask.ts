/**
 * Owns asking the coordinator how a transaction was decided (PROTOCOL §2). Only `decision` counts: `null`, `404`, `410` and
 * every error mean wait. The token goes to the coordinator's own origin and nowhere else, whatever a request named.
 */
import { type Decision } from '../../protocol/wire/phases';
import { type CoordinatorAccess } from '../contract';
import { readBounded } from '../http/body';
import { type VoteRecord } from '../ledger/record';

const timeoutMs = 5_000;
const longestAnswer = 4_194_304;

export type Told = { readonly decision: Decision } | { readonly wait: string };

export async function askDecision(
  { transactionId, statusUrl }: VoteRecord,
  { url, token }: CoordinatorAccess,
): Promise<Told> {
  if (statusUrl === undefined)
    return { wait: 'the coordinator named no statusUrl (its DTC_PUBLIC_URL is not set)' };
  if (new URL(statusUrl).origin !== new URL(url).origin)
    return { wait: `its statusUrl is not of ${new URL(url).origin}` };
  try {
    const answer = await fetch(statusUrl, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.status !== 200) return { wait: `the coordinator answered ${answer.status}` };
    const text = await readBounded(
      answer,
      longestAnswer,
      new Error(`its answer is over ${longestAnswer} bytes`),
    );
    return decisionIn(text.toString(), transactionId);
  } catch (error) {
    return { wait: `the coordinator was not reached: ${messageOf(error)}` };
  }
}

function decisionIn(text: string, transactionId: string): Told {
  const { id, decision } = Object(JSON.parse(text)) as { readonly id?: unknown; readonly decision?: unknown };
  if (id !== transactionId) return { wait: 'the coordinator answered for another transaction' };
  return decision === 'commit' || decision === 'rollback' ? { decision } : { wait: 'not decided yet' };
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
