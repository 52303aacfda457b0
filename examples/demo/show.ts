/** Owns what the demo prints. Answers are shown without timestamps and URLs; nothing else is left out or made up. */
import { type TransactionDocument } from '../../src/protocol/client/document';

export function line(text = ''): void {
  console.log(text);
}

export function heading(text: string): void {
  line(`\n\n${text}\n${'═'.repeat(text.length)}`);
}

/** One thing that the demo does or sees. */
export function note(text: string): void {
  line(`\n• ${text}`);
}

export function showRequest(what: string, body?: object): void {
  line(`\n  → ${what}`);
  if (body !== undefined) line(pretty(body));
}

export function showAnswer(status: string, document: TransactionDocument): void {
  line(`  ← ${status}`);
  line(pretty(short(document)));
}

function short(document: TransactionDocument): object {
  const { id, status, state, decision, reason, needsAttention, heuristic, actions } = document;
  const participants = document.participants.map(({ name, state: its, vote, attempts, lastError }) => ({
    ...{ name, state: its, vote, attempts },
    lastError: lastError?.message,
  }));
  const asked = actions?.map(({ action, by }) => ({ action, by }));
  return { id, status, state, decision, reason, needsAttention, heuristic, participants, actions: asked };
}

/** A field a line, and an array's entries a line each. */
function pretty(value: object): string {
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(
      ([name, field]: [string, unknown]) =>
        `      "${name}": ${Array.isArray(field) ? list(field) : inline(field)}`,
    );
  return `    {\n${fields.join(',\n')}\n    }`;
}

function list(entries: readonly unknown[]): string {
  return `[\n${entries.map(entry => `        ${inline(entry)}`).join(',\n')}\n      ]`;
}

function inline(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');
}
