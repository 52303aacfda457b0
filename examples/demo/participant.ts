/**
 * A participant, whole: one service with a database of its own that takes part in transactions.
 *
 *   node participant.js <name> <port> <database file> <item>=<how many> …
 *
 * What it owes the coordinator, and where that is:
 * - it votes, commits and rolls back in one local transaction each, on disk before the answer leaves (synchronous = FULL);
 * - it remembers all three, so a repeat gets the answer of the first time;
 * - it remembers a rollback that came before its prepare, and refuses that prepare when it comes;
 * - it refuses a prepare that comes after `decideBy`;
 * - it keeps what it said yes to until it is told, however long that takes: it has no timer.
 */
import Database from 'libsql';
import express from 'express';
import { z } from 'zod';
import { demoSwitch } from './demoSwitch';

const [name = '', port = '', file = '', ...items] = process.argv.slice(2);

const db = new Database(file);
db.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS stock (
    item TEXT PRIMARY KEY, total INTEGER NOT NULL, available INTEGER NOT NULL CHECK (available >= 0));
  CREATE TABLE IF NOT EXISTS bookings (
    transactionId TEXT, participant TEXT, item TEXT,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'committed', 'rolledback')),
    PRIMARY KEY (transactionId, participant))`);
for (const [item, total] of items.map(each => each.split('=')))
  db.prepare('INSERT OR IGNORE INTO stock VALUES (?, ?, ?)').run(item, Number(total), Number(total));

const callSchema = z.object({
  transactionId: z.string(),
  participant: z.string(),
  phase: z.enum(['prepare', 'commit', 'rollback']),
  decideBy: z.iso.datetime().optional(), // in prepare only
  payload: z.object({ item: z.string() }),
});
type Call = z.infer<typeof callSchema>;
type State = 'prepared' | 'committed' | 'rolledback';

const done = { status: 200, body: {} };
const yes = { status: 200, body: { vote: 'yes' } };
const refusal = (why: string): typeof done => ({ status: 409, body: { why } });

/** Takes the item off the shelf and keeps it for this transaction. A no is remembered as a rollback. */
function prepare(call: Call): typeof done {
  const state = stateOf(call);
  if (state !== undefined) return state === 'rolledback' ? refusal('was rolled back') : yes;
  if (Date.now() > Date.parse(call.decideBy ?? '')) return refusal('too late: decideBy has passed');
  const taken = changes('UPDATE stock SET available = available - 1 WHERE item = ? AND available > 0', call);
  remember(call, taken ? 'prepared' : 'rolledback');
  return taken ? yes : refusal(`no ${call.payload.item} left`);
}

function commit(call: Call): typeof done {
  const state = stateOf(call);
  if (state === 'prepared') remember(call, 'committed');
  return state === 'prepared' || state === 'committed' ? done : refusal('is not prepared here');
}

/** Puts the item back on the shelf, if it was taken. */
function rollback(call: Call): typeof done {
  const state = stateOf(call);
  if (state === 'committed') return refusal('is committed');
  if (state === 'prepared') changes('UPDATE stock SET available = available + 1 WHERE item = ?', call);
  remember(call, 'rolledback');
  return done;
}

function stateOf({ transactionId, participant }: Call): State | undefined {
  const find = db.prepare('SELECT state FROM bookings WHERE transactionId = ? AND participant = ?');
  return (find.get(transactionId, participant) as { state: State } | undefined)?.state;
}

function remember({ transactionId, participant, payload }: Call, state: State): void {
  const write = db.prepare('INSERT OR REPLACE INTO bookings VALUES (?, ?, ?, ?)');
  write.run(transactionId, participant, payload.item, state);
}

function changes(update: string, { payload }: Call): boolean {
  return db.prepare(update).run(payload.item).changes === 1;
}

const app = express();
app.use(express.json());
app.use(demoSwitch(say)); // for the demo alone: lets it make this service slow or broken at the right moment
app.post('/:phase', (request, response) => {
  const call = callSchema.safeParse(request.body);
  if (!call.success || call.data.phase !== request.params.phase) return void response.sendStatus(400);
  const { status, body } = db.transaction(() =>
    ({ prepare, commit, rollback })[call.data.phase](call.data),
  )();
  say(`${call.data.phase} → ${status} ${JSON.stringify(body)}`);
  response.status(status).json(body);
});
app.listen(Number(port), '127.0.0.1', () => {
  say('listening');
});

function say(what: string): void {
  process.stdout.write(`${name}: ${what}\n`);
}

process.stdin.resume().once('end', () => process.exit()); // ends with the demo, however that ends
