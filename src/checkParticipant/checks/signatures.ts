/** Owns the checks of signatures (Standard Webhooks): who cannot sign moves nothing. */
import { type Check } from '../check';
import { type Twist } from '../transaction';
import { type Bench } from '../bench';

const dayMs = 24 * 60 * 60 * 1000;

export const signatureChecks: readonly Check[] = [
  {
    name: 'unsigned-refused',
    does: 'Sends an unsigned prepare, and an unsigned commit of what is prepared, and expects a refusal of both.',
    why: 'Whoever reaches the participant could otherwise commit what the coordinator has not decided (I1).',
    transactions: 2,
    commits: 0,
    needs: 'secret',
    run: bench => refusesBoth(bench, { signature: 'none' }),
  },
  {
    name: 'signed-for-another-refused',
    does: 'Sends a prepare, and a commit of what is prepared, that were signed for another participant, and expects a refusal of both.',
    why: 'Whoever takes part could otherwise pass on what it was sent, or sign what was never decided (I1).',
    transactions: 2,
    commits: 0,
    needs: 'masterKey',
    run: bench => refusesBoth(bench, { signature: 'forAnother' }),
  },
  {
    name: 'stale-signature-refused',
    does: 'Sends a prepare that was signed an hour ago and expects a refusal.',
    why: 'A recorded request could otherwise be played again at any time.',
    transactions: 1,
    commits: 0,
    needs: 'secret',
    run: bench => refusesPrepare(bench, { signature: 'stale' }),
  },
  {
    name: 'tampered-body-refused',
    does: 'Sends a prepare whose body was changed after it was signed and expects a refusal.',
    why: 'The signature stands for the bytes of the body: one that is checked against anything else protects nothing.',
    transactions: 1,
    commits: 0,
    needs: 'secret',
    run: bench => refusesPrepare(bench, { signature: 'beforeChange', body: decideLater }),
  },
];

async function refusesBoth(bench: Bench, twist: Twist): Promise<void> {
  await refusesPrepare(bench, twist);
  const transaction = await bench.prepared();
  await transaction.refusesCommit(twist);
  await transaction.rollsBack();
}

async function refusesPrepare(bench: Bench, twist: Twist): Promise<void> {
  const transaction = bench.open();
  await transaction.refusesPrepare(twist);
  await transaction.refusesCommit();
}

function decideLater(right: string): string {
  const body = JSON.parse(right) as { decideBy: string };
  return JSON.stringify({
    ...body,
    decideBy: new Date(Date.parse(body.decideBy) + dayMs).toISOString(),
  });
}
