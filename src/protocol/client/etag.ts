/**
 * Owns the tag of a document (PROTOCOL §3): what an operator decides on, and nothing that comes and goes beside it (attempts, the newest
 * error, the next try, who asked for what). So a page stays right while somebody is tried again and again, and whoever acts by it says
 * what he saw.
 *
 * The number of changes (`changes.ts`) would not do: two participants may settle one after the other or both be forced and come to the
 * same number, and it does not know how somebody was forced. A hash would not do either: a tag that no longer matches is read again, to
 * say what has changed since. Clients do not read it: its form may change with any version, which begins it.
 */
import { type TransactionDocument } from './document';
import { transactionStates, transactionStatuses } from './states';

type Participant = TransactionDocument['participants'][number];

const form = '1';

/** The values of a table are told by their place in it: new ones come last, or with another `form`. */
interface Field {
  readonly member: string;
  readonly values: readonly string[];
  readonly of: (document: TransactionDocument) => string;
}

const truth = ['false', 'true'];
const orNone = (value: string | null | undefined): string => value ?? 'none';

const fields: readonly Field[] = [
  { member: 'state', values: transactionStates, of: d => d.state },
  { member: 'status', values: transactionStatuses, of: d => d.status },
  { member: 'decision', values: ['none', 'commit', 'rollback'], of: d => orNone(d.decision) },
  { member: 'heuristic', values: ['none', 'mixed', 'hazard'], of: d => orNone(d.heuristic) },
  { member: 'needsAttention', values: truth, of: d => String(d.needsAttention) },
  { member: 'ended', values: truth, of: d => String(d.endedAt !== undefined) },
  { member: 'lateRollback', values: truth, of: d => String(d.lateRollback !== undefined) },
  { member: 'paused', values: truth, of: d => String(d.paused !== undefined) },
  { member: 'stalled', values: truth, of: d => String(d.stalled !== undefined) },
];

const standings = [
  ...['waiting', 'preparing', 'prepared', 'refused', 'unanswered'],
  ...['committing', 'committed', 'rollingBack', 'rolledback'],
  ...['forced committed', 'forced rolledback', 'forced unknown'],
];
const contradictions = ['', ', answered commit', ', answered rollback'];
/** With 36 of them, one is one digit. */
const standingsWithAnswers = standings.flatMap(standing => contradictions.map(each => standing + each));

function standingOf({ state, forced, contradiction }: Participant): string {
  const standing = state === 'forced' ? `forced ${forced?.outcome ?? ''}` : state;
  return contradiction === undefined ? standing : `${standing}, answered ${contradiction.answer}`;
}

/** As it stands in the header, quotes and all. */
export function etagOf(document: TransactionDocument): string {
  const own = fields.map(({ values, of }) => digitOf(values, of(document))).join('');
  const each = document.participants.map(p => digitOf(standingsWithAnswers, standingOf(p))).join('');
  return `"${[form, endOf(document), own, each].join('.')}"`;
}

/** Of no other transaction: random, or of a hash. */
function endOf({ id }: TransactionDocument): string {
  return id.slice(-8);
}

/** `_`: one that a newer worker told. */
function digitOf(values: readonly string[], value: string): string {
  const place = values.indexOf(value);
  return place < 0 ? '_' : place.toString(36);
}

/** One thing that is not as it was. */
export interface Change {
  readonly member: string;
  /** Whose member it is; absent where it is the transaction's. */
  readonly participant?: string;
  readonly was: string;
  readonly is: string;
}

/** What has changed since `tag`. Undefined where that is no tag of this transaction, or of another version. */
export function changesSince(tag: string, document: TransactionDocument): readonly Change[] | undefined {
  const [version, end, own = '', each = ''] = tag.replaceAll('"', '').split('.');
  const { participants } = document;
  const isIts = version === form && end === endOf(document) && own.length === fields.length;
  if (!isIts || each.length !== participants.length) return undefined;
  return [
    ...fields.map(({ member, values, of }, at) => ({
      member,
      ...{ was: valueOf(values, own, at), is: of(document) },
    })),
    ...participants.map((p, at) => ({
      ...{ member: 'state', participant: p.name },
      ...{ was: valueOf(standingsWithAnswers, each, at), is: standingOf(p) },
    })),
  ].filter(({ was, is }) => was !== is);
}

/** A tag that is none of this transaction, or of another version, tells nothing. */
export function isAsSeen(tag: string, document: TransactionDocument): boolean {
  const changes = changesSince(tag, document);
  return changes === undefined || changes.length === 0;
}

function valueOf(values: readonly string[], digits: string, at: number): string {
  return values[Number.parseInt(digits.charAt(at), 36)] ?? 'unknown';
}
