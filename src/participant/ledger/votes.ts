/** Owns reading and writing records in the database, each statement inside the caller's transaction. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../protocol/wire/canonicalJson';
import { type Ms } from '../../protocol/wire/phases';
import { type BranchKey, type Call, type FencedLock, type Vote } from '../contract';
import { type Dialect, orIgnore, type Row, type Session } from '../stores/contract';
import { type RecordState, type VoteRecord } from './record';
import { given } from '../../protocol/wire/given';

/** Whose records, and in what kind of database. Services that share one have one each, so that none ends another's. */
export interface Ledger {
  readonly dialect: Dialect;
  readonly service: string;
}

/** What a repeat of a prepare must agree with. */
export function requestHash({ payload, locks }: Call): string {
  return createHash('sha256')
    .update(canonicalJson({ payload: payload ?? null, locks }))
    .digest('hex');
}

export interface NewRecord extends BranchKey {
  readonly state: RecordState;
  readonly now: Ms;
  readonly call?: Call & { readonly statusUrl?: string };
}

/** The record, made first where there is none, and locked until the transaction ends. */
export async function claim(session: Session, ledger: Ledger, record: NewRecord): Promise<VoteRecord> {
  const { transactionId, participant, state, now, call } = record;
  const { dialect, service } = ledger;
  const ended = state === 'preparing' ? null : now;
  await session.query(
    `INSERT INTO dtc_votes (transaction_id, participant, service, state, created_at, ended_at, decide_by, request_hash, request, status_url)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ${orIgnore(dialect, 'transaction_id')}`,
    [
      transactionId,
      participant,
      service,
      state,
      now,
      ended,
      call?.decideBy ?? null,
      call === undefined ? null : requestHash(call),
      call === undefined ? null : JSON.stringify({ payload: call.payload, locks: call.locks }),
      call?.statusUrl ?? null,
    ],
  );
  const found = await lock(session, ledger, record);
  if (found === undefined)
    throw new Error(`${transactionId}/${participant} belongs to another service of this database`);
  return found;
}

/** The record, locked until the transaction ends, or undefined. */
export async function lock(
  session: Session,
  { dialect: { forUpdate }, service }: Ledger,
  { transactionId, participant }: BranchKey,
): Promise<VoteRecord | undefined> {
  const [row] = await session.query(
    `SELECT * FROM dtc_votes WHERE transaction_id = ? AND participant = ? AND service = ?${forUpdate}`,
    [transactionId, participant, service],
  );
  return row && recordOf(row);
}

/** Without a lock, and whichever service's it is. */
export async function look(
  session: Session,
  { transactionId, participant }: BranchKey,
): Promise<{ readonly state: RecordState; readonly service: string } | undefined> {
  const [row] = await session.query(
    'SELECT state, service FROM dtc_votes WHERE transaction_id = ? AND participant = ?',
    [transactionId, participant],
  );
  return row && { state: text(row, 'state') as RecordState, service: text(row, 'service') };
}

export interface Change {
  readonly state: RecordState;
  readonly now: Ms;
  readonly reason?: string;
  readonly settledBy?: string;
}

export function afterVote(vote: Vote): Change {
  const now = Date.now();
  return vote.vote === 'yes' ? { state: 'prepared', now } : { state: 'refused', now, reason: vote.reason };
}

export function after(outcome: 'committed' | 'rolledback', settledBy?: string): Change {
  return { state: outcome, now: Date.now(), ...given({ settledBy }) };
}

/** What was asked is forgotten once it ended: payloads are kept no longer than they are of use. */
export async function change(session: Session, key: BranchKey, change: Change): Promise<void> {
  const values = [change.state, change.reason ?? null, change.settledBy ?? null];
  const where = 'WHERE transaction_id = ? AND participant = ?';
  const id = [key.transactionId, key.participant];
  if (change.state === 'prepared')
    await session.query(`UPDATE dtc_votes SET state = ?, reason = ?, settled_by = ? ${where}`, [
      ...values,
      ...id,
    ]);
  else
    await session.query(
      `UPDATE dtc_votes SET state = ?, reason = ?, settled_by = ?, request = NULL, ended_at = ? ${where}`,
      [...values, change.now, ...id],
    );
}

export interface Position {
  readonly createdAt: Ms;
  readonly transactionId: string;
  readonly participant: string;
}

interface Listed {
  readonly states: readonly RecordState[];
  readonly limit: number;
  readonly after?: Position;
}

/** Oldest first, those in one of `states`, after a position. */
export async function inState(
  session: Session,
  { service }: Ledger,
  { states, limit, after }: Listed,
): Promise<VoteRecord[]> {
  const any = states.map(() => '?').join(', ');
  const from = after ?? { createdAt: -1, transactionId: '', participant: '' };
  const rows = await session.query(
    `SELECT * FROM dtc_votes WHERE service = ? AND state IN (${any})
       AND (created_at > ? OR (created_at = ? AND (transaction_id > ? OR (transaction_id = ? AND participant > ?))))
     ORDER BY created_at, transaction_id, participant LIMIT ${limit}`,
    [
      service,
      ...states,
      from.createdAt,
      from.createdAt,
      from.transactionId,
      from.transactionId,
      from.participant,
    ],
  );
  return rows.map(recordOf);
}

/** Until `decideBy` a late copy of its prepare would find nothing and be done again. */
const mayBeForgotten = 'service = ? AND ended_at < ? AND (decide_by IS NULL OR decide_by < ?)';

/** Forgets up to `limit` records that ended before `before`; how many. */
export async function forget(
  session: Session,
  { service }: Pick<Ledger, 'service'>,
  { before, now, limit }: { readonly before: Ms; readonly now: Ms; readonly limit: number },
): Promise<number> {
  const old = await session.query(
    `SELECT transaction_id, participant FROM dtc_votes WHERE ${mayBeForgotten} ORDER BY ended_at LIMIT ${limit}`,
    [service, before, now],
  );
  for (const row of old)
    for (const table of ['dtc_branches', 'dtc_votes'])
      await session.query(`DELETE FROM ${table} WHERE transaction_id = ? AND participant = ?`, [
        text(row, 'transaction_id'),
        text(row, 'participant'),
      ]);
  return old.length;
}

/** Inside an XA branch: what proves later that it was committed. */
export async function markBranch(session: Session, key: BranchKey): Promise<void> {
  await session.query('INSERT INTO dtc_branches (transaction_id, participant) VALUES (?, ?)', [
    key.transactionId,
    key.participant,
  ]);
}

export async function branchWasCommitted(session: Session, key: BranchKey): Promise<boolean> {
  const rows = await session.query(
    'SELECT participant FROM dtc_branches WHERE transaction_id = ? AND participant = ?',
    [key.transactionId, key.participant],
  );
  return rows.length > 0;
}

function recordOf(row: Row): VoteRecord {
  const [hash, reason, statusUrl, request] = ['request_hash', 'reason', 'status_url', 'request'].map(
    name => row[name] ?? undefined,
  ) as (string | undefined)[];
  return {
    transactionId: text(row, 'transaction_id'),
    participant: text(row, 'participant'),
    state: text(row, 'state') as RecordState,
    createdAt: Number(row['created_at']),
    ...given({ requestHash: hash, reason, statusUrl }),
    ...(request === undefined
      ? {}
      : { request: JSON.parse(request) as { payload: unknown; locks: readonly FencedLock[] } }),
  };
}

function text(row: Row, name: string): string {
  return row[name] as string;
}
