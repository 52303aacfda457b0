/** Owns the property: what must hold of every transaction, whatever its participants, its operators and the worker did. */
import { type ParticipantDocument, type TransactionDocument } from '../../src/protocol/client/document';
import { type Held, type StatefulParticipant } from '../support/statefulParticipant';
import { type Seen } from './play';

/** What does not hold, as sentences; none where all is well. */
export function violations(seen: Seen): string[] {
  const last = seen.documents.at(-1);
  if (last === undefined || seen.stuck !== undefined) return [seen.stuck ?? 'nothing was seen'];
  return [
    ...changes(seen.documents),
    ...seen.participants.flatMap((each, nth) => ending(last, each, last.participants[nth])),
    ...sending(last, seen),
    ...heuristic(last, seen),
  ];
}

/** I2, I5: a reported status or decision never changes. `decision` null is no report: with no worker it may be unknown. */
function changes(documents: readonly TransactionDocument[]): string[] {
  const statuses = documents.map(d => d.status);
  const reported = statuses.slice(statuses.findIndex(each => each !== 'pending'));
  return [
    ...(statuses.at(-1) === 'pending' ? [] : differences('status', reported)),
    ...differences(
      'decision',
      documents.flatMap(d => d.decision ?? []),
    ),
  ];
}

function differences(what: string, reported: readonly string[]): string[] {
  const distinct = [...new Set(reported)];
  return distinct.length > 1 ? [`the ${what} changed: ${distinct.join(', then ')}`] : [];
}

const undone: readonly Held[] = ['none', 'rolledback'];
const heldWhere: Readonly<Record<string, readonly Held[]>> = { committed: ['committed'] };

/** Nobody is left prepared; a participant holds what is shown of it, and what was decided unless `heuristic` says so. */
function ending(
  { id, decision, heuristic: odd }: TransactionDocument,
  service: StatefulParticipant,
  shown: ParticipantDocument | undefined,
): string[] {
  if (shown?.forced !== undefined) return []; // an operator's word, which the service has not heard
  const held = service.holds(id);
  const asShown = (heldWhere[shown?.state ?? ''] ?? undone).includes(held);
  const asDecided = (decision === 'commit' ? ['committed'] : undone).includes(held);
  return [
    ...(asShown ? [] : [`${service.name} is shown ${String(shown?.state)}, and holds ${held}`]),
    ...(asDecided || odd !== undefined ? [] : [`${service.name} holds ${held} after ${String(decision)}`]),
    ...(service.commits(id) > 1 ? [`${service.name} committed ${service.commits(id)} times`] : []),
  ];
}

/** I1: no commit without every yes. I2: no rollback after a commit decision. */
function sending(last: TransactionDocument, { script, participants, received }: Seen): string[] {
  const asked = participants.every(each => each.answers(last.id).includes('prepare 200'));
  const everyYes = asked && last.participants.every(p => p.vote === 'yes');
  const firmly = script.onCommitFailure === 'retry' && last.decision === 'rollback';
  return [
    ...(received.commit > 0 && !everyYes ? ['commit was sent without a yes of everyone'] : []),
    ...(received.commit > 0 && firmly ? ['commit was sent, and rollback decided'] : []),
    ...(received.rollback > 0 && last.decision === 'commit' ? ['rollback was sent, and commit decided'] : []),
    ...(last.decision === 'commit' && !everyYes ? ['commit was decided without a yes of everyone'] : []),
  ];
}

/** It is there where somebody ended otherwise, and only where that can be. */
function heuristic(
  { decision, heuristic: odd, participants }: TransactionDocument,
  { script }: Seen,
): string[] {
  const other = decision === 'commit' ? 'rolledback' : 'committed';
  const against = participants.some(p => p.state === other || p.forced?.outcome === other);
  const possible = script.onCommitFailure === 'rollback' || participants.some(p => p.forced !== undefined);
  return [
    ...(against && odd !== 'mixed' ? [`somebody ended ${other}, and heuristic is ${String(odd)}`] : []),
    ...(odd !== undefined && !possible ? [`heuristic is ${odd} for no reason`] : []),
  ];
}
