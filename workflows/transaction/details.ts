/**
 * Owns the current details: the Markdown that a person reads on the transaction's page in the Web UI, under User Metadata.
 * The pane is narrow and cuts off what does not fit, so URLs, which do not wrap, stand below the table.
 */
import {
  type ActionDocument,
  type LockStateDocument,
  type ParticipantDocument,
  type RecoveryDocument,
  type TransactionDocument,
} from '../../src/protocol/client/document';
import { cell, row, time } from '../markdown';

export function detailsOf(document: TransactionDocument): string {
  const paragraphs = [
    [headline(document)],
    [times(document)],
    reason(document),
    heuristic(document),
    late(document),
    pending(document),
    locks(document.locks),
    table(document.participants),
    urls(document.participants),
    actions(document.actions),
    recoveries(document.recoveries),
  ];
  return paragraphs
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n');
}

function headline(d: TransactionDocument): string {
  const decision = d.decision === null ? 'nothing decided yet' : `decision **${d.decision}**`;
  const attention = d.needsAttention ? ' **Needs attention.**' : '';
  const heuristic = d.heuristic === undefined ? '' : ` Heuristic outcome: **${d.heuristic}**.`;
  return `**${d.state}**, ${decision}, status ${d.status}.${attention}${heuristic}`;
}

function times({ createdAt, decideBy, decidedAt, endedAt }: TransactionDocument): string {
  const decided = decidedAt === undefined ? `decides by ${time(decideBy)}` : `decided ${time(decidedAt)}`;
  const ended = endedAt === undefined ? '' : `, ended ${time(endedAt)}`;
  return `Created ${time(createdAt)}, ${decided}${ended}.`;
}

function reason({ reason: why }: TransactionDocument): string[] {
  if (why === undefined) return [];
  const who = why.participant === undefined ? '' : `, ${cell(why.participant)}`;
  return [`Reason: **${why.code}**${who}${why.detail === undefined ? '' : `: ${cell(why.detail)}`}.`];
}

function late({ lateRollback }: TransactionDocument): string[] {
  if (lateRollback === undefined) return [];
  const { at, participants, why } = lateRollback;
  return [`Goes on until ${time(at)} at least: ${why} (${participants.map(cell).join(', ')}).`];
}

/** Nothing else asks for a person once it has ended. */
function heuristic({ heuristic: outcome, participants }: TransactionDocument): string[] {
  if (outcome === undefined) return [];
  const names = (of: string): string =>
    participants
      .filter(p => p.heuristic === of)
      .map(p => cell(p.name))
      .join(', ');
  const [ended, mayHave] = [names('mixed'), names('hazard')];
  const lines = [
    ...(ended === '' ? [] : [`Ended otherwise than decided: ${ended}.`]),
    ...(mayHave === '' ? [] : [`May have ended otherwise than decided: ${mayHave}.`]),
  ];
  return [
    `${lines.join(' ')} **Nothing mends that by itself**: compare the participants by this transaction's id, and put right what is apart (OPERATIONS.md, Heuristics).`,
  ];
}

/** These details change with the workflow; what an activity hears does not wake it. */
function pending({ endedAt }: TransactionDocument): string[] {
  return endedAt === undefined
    ? [
        'The table changes when the workflow has something to do. Answers that came since, attempts, the newest error and ' +
          'the next try: see Pending Activities, or the document.',
      ]
    : [];
}

function locks(all: readonly LockStateDocument[] = []): string[] {
  if (all.length === 0) return [];
  return [
    row(['lock', 'mode', 'state', 'fencing token, or held by']),
    '|:---|:---|:---|:---|',
    ...all.map(each => row([each.resource, each.mode, each.state, holding(each)].map(cell))),
  ];
}

function holding({ state, fencingToken, since, heldBy = [], ahead = 0 }: LockStateDocument): string {
  if (state !== 'waiting' || since === undefined)
    return fencingToken === undefined ? '' : String(fencingToken);
  const by = heldBy.length === 0 ? 'nobody' : heldBy.join(', ');
  return `${by}, ${String(ahead)} before it, as of ${time(since)}`;
}

function table(participants: readonly ParticipantDocument[]): string[] {
  return [
    row(['participant', 'state', 'vote', 'last error, or forced']),
    '|:---|:---|:---|:---|',
    ...participants.map(p => row([p.name, p.state, p.vote ?? '', last(p)].map(cell))),
  ];
}

function last(p: ParticipantDocument): string {
  const against =
    p.contradiction === undefined
      ? ''
      : `; yet it answered ${p.contradiction.answer}, ${time(p.contradiction.at)}`;
  if (p.forced !== undefined) {
    const { outcome, by, reason: why, at } = p.forced;
    return `forced ${outcome} by ${by}, ${time(at)}: ${why}${against}`;
  }
  if (p.lastError === undefined) return against.replace(/^; yet /, '');
  return `${p.lastError.message} (${p.lastError.code}), ${time(p.lastError.at)}${against}`;
}

/** As code, so that nobody calls a participant by clicking. */
function urls(participants: readonly ParticipantDocument[]): string[] {
  return participants.map(p => `- ${cell(p.name)} \`${p.url}\``);
}

function actions(taken: readonly ActionDocument[] = []): string[] {
  if (taken.length === 0) return [];
  return ['Asked for by people:', '', ...taken.map(action)];
}

function action({
  action: name,
  participant,
  outcome,
  by,
  at,
  reason: why,
  ignored,
}: ActionDocument): string {
  const on = participant === undefined ? '' : ` ${participant} as ${String(outcome)}`;
  const because = why === undefined ? '' : `: ${why}`;
  const without = ignored === undefined ? '' : ` (**ignored**: ${cell(ignored)})`;
  return `- ${time(at)} ${cell(`${name}${on} by ${by}${because}`)}${without}`;
}

function recoveries(all: readonly RecoveryDocument[] = []): string[] {
  if (all.length === 0) return [];
  const lines = all.map(({ at, from, why }) => `- ${time(at)} run ${from} had been ${cell(why)}`);
  return ['Taken up again:', '', ...lines];
}
