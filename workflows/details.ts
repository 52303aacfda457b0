/** Owns the current details: the Markdown that a person reads at the top of the transaction's page in the Web UI. */
import {
  type ActionDocument,
  type ParticipantDocument,
  type TransactionDocument,
} from '../src/protocol/wire/document';

export function detailsOf(document: TransactionDocument): string {
  return [
    headline(document),
    ...reason(document),
    '',
    ...table(document.participants),
    ...actions(document.actions),
  ].join('\n');
}

function headline(d: TransactionDocument): string {
  const decision = d.decision === null ? 'not decided yet' : `decision: ${d.decision}`;
  const attention = d.needsAttention ? ' **Needs attention.**' : '';
  const heuristic = d.heuristic === undefined ? '' : ` Heuristic outcome: **${d.heuristic}**.`;
  return `**${d.state}**, ${decision}, status \`${d.status}\`.${attention}${heuristic}`;
}

function reason({ reason: why, decideBy, decision }: TransactionDocument): string[] {
  if (why === undefined) return decision === null ? ['', `Decides by ${decideBy}.`] : [];
  const who = why.participant === undefined ? '' : ` by ${cell(why.participant)}`;
  return [
    '',
    `Rolls back because: ${why.code}${who}${why.detail === undefined ? '' : ` (${cell(why.detail)})`}.`,
  ];
}

function table(participants: readonly ParticipantDocument[]): string[] {
  const rows = participants.map(
    p => `| ${[p.name, p.url, p.state, p.vote ?? '', last(p)].map(cell).join(' | ')} |`,
  );
  return ['| participant | URL | state | vote | last answer or error |', '|---|---|---|---|---|', ...rows];
}

function last(p: ParticipantDocument): string {
  if (p.forced !== undefined) return `forced ${p.forced.outcome} by ${p.forced.by}: ${p.forced.reason}`;
  return p.lastError === undefined ? '' : `${p.lastError.message} (${p.lastError.code})`;
}

function actions(taken: readonly ActionDocument[] = []): string[] {
  if (taken.length === 0) return [];
  const lines = taken.map(a => {
    const on = a.participant === undefined ? '' : ` ${a.participant} as ${String(a.outcome)}`;
    const why = a.reason === undefined ? '' : `: ${a.reason}`;
    return `- ${a.at} ${cell(a.action + on)} by ${cell(a.by)}${cell(why)}${a.ignored === undefined ? '' : ` (ignored: ${cell(a.ignored)})`}`;
  });
  return ['', 'Asked for by people:', '', ...lines];
}

/** Text from outside must not break the table or become markup. */
function cell(text: string): string {
  return text.replaceAll(/[\\|<>`*_[\]]/g, '\\$&').replaceAll(/\s+/g, ' ');
}
