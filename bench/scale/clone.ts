/**
 * Owns making finished transactions by the hundred thousand, in the database of a development server that is stopped: copies of one
 * that has ended, each under an id of its own. Ids are of one length, so one takes the other's place in whatever holds it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import Database from 'libsql';

type Cell = string | number | bigint | Buffer | null;
type Row = Readonly<Record<string, Cell>>;

/** Of each, what a closed run has there; what it needs until it is closed, and until it is forgotten, is left out. */
const tables = ['executions', 'current_executions', 'history_node', 'history_tree'] as const;
const listed = 'executions_visibility';
const perCommit = 1_000;

export interface Clone {
  readonly id: string;
  /** It was created, and ended, so much before the one that it is a copy of. */
  readonly earlierMs: number;
}

interface Copies {
  readonly count: number;
  /** Of the nth copy; it says the same in its memo and in its result. */
  readonly earlierMs?: (nth: number) => number;
  /** Visibility has them, and nothing else: they cannot be read. */
  readonly onlyListed?: true;
}

export function cloneFinished(
  file: string,
  workflowId: string,
  { count, earlierMs = () => 0, onlyListed }: Copies,
): readonly Clone[] {
  const database = new Database(file);
  database.pragma('synchronous = OFF');
  database.pragma('journal_mode = WAL');
  const original = rowsOf(database, workflowId);
  const copied = original.filter(({ table }) => onlyListed === undefined || table === listed);
  const inserts = copied.map(({ table, row }) => insertInto(database, table, row));
  const clones: Clone[] = [];
  const some = database.transaction((upTo: number) => {
    while (clones.length < upTo) {
      const clone = { id: idLike(workflowId), earlierMs: earlierMs(clones.length) };
      const change = changing(original, workflowId, clone);
      copied.forEach(({ row }, at) => inserts[at]?.(Object.entries(row).map(change)));
      clones.push(clone);
    }
  });
  while (clones.length < count) some(Math.min(clones.length + perCommit, count));
  database.close();
  return clones;
}

interface Original {
  readonly table: string;
  readonly row: Row;
}

function rowsOf(database: Database.Database, workflowId: string): readonly Original[] {
  const of = (table: string, where: string, value: Cell): Original[] =>
    read(database, `SELECT ${columnsOf(database, table)} FROM ${table} WHERE ${where} = ?`, value).map(
      row => ({
        table,
        row,
      }),
    );
  const [execution] = of('executions', 'workflow_id', workflowId);
  const run = execution?.row['run_id'] ?? null;
  return [
    ...tables.flatMap(table => of(table, table.startsWith('history') ? 'tree_id' : 'run_id', run)),
    ...of(listed, 'workflow_id', workflowId),
  ];
}

/** Bytes come as they are, and go as a buffer; values go as a list, since one object alone would be taken for named ones. */
function read(database: Database.Database, sql: string, value: Cell): Row[] {
  const rows = database.prepare(sql).all([value]) as Readonly<Record<string, Cell | ArrayBuffer>>[];
  const cell = (each: Cell | ArrayBuffer): Cell => (each instanceof ArrayBuffer ? Buffer.from(each) : each);
  return rows.map(row => Object.fromEntries(Object.entries(row).map(([name, each]) => [name, cell(each)])));
}

/** Those that are not computed from others. */
function columnsOf(database: Database.Database, table: string): string {
  const columns = database.prepare(`PRAGMA table_info(${table})`).all() as { readonly name: string }[];
  return columns.map(({ name }) => name).join(', ');
}

function insertInto(database: Database.Database, table: string, row: Row): (values: readonly Cell[]) => void {
  const marks = Object.keys(row).map(() => '?');
  const statement = database.prepare(
    `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${marks.join(', ')})`,
  );
  return values => statement.run(values);
}

/** The ids and times of one copy in the place of the original's, as text and as bytes. */
function changing(
  original: readonly Original[],
  workflowId: string,
  { id: cloneId, earlierMs }: Clone,
): (entry: readonly [string, Cell]) => Cell {
  const ids = new Set(
    original
      .flatMap(({ row }) =>
        [row['run_id'], row['tree_id'], row['branch_id']].filter(cell => Buffer.isBuffer(cell)),
      )
      .map(uuidOf),
  );
  const pairs: (readonly [Buffer, Buffer])[] = [[Buffer.from(workflowId), Buffer.from(cloneId)]];
  for (const id of ids) {
    const other = randomUUID();
    pairs.push([Buffer.from(id), Buffer.from(other)], [bytesOf(id), bytesOf(other)]);
  }
  return ([column, cell]) => {
    if (typeof cell === 'string' && listedTimes.includes(column)) return timeBefore(cell, earlierMs);
    if (typeof cell === 'string') return replaced(Buffer.from(cell), pairs).toString();
    return Buffer.isBuffer(cell) ? withTimesBefore(replaced(cell, pairs), earlierMs) : cell;
  };
}

const listedTimes: readonly string[] = ['start_time', 'execution_time', 'close_time'];

/** As the server writes it: `2026-01-31 12:00:00.123456789+00:00`. */
function timeBefore(text: string, ms: number): string {
  if (ms === 0) return text;
  const [, date = '', time = '', fraction = ''] = /^(\S+)[ T]([\d:]+)(.*)$/.exec(text) ?? [];
  const at = new Date(Date.parse(`${date}T${time}Z`) - Math.round(ms / 1000) * 1000).toISOString();
  return `${at.slice(0, 10)} ${at.slice(11, 19)}${fraction}`;
}

/** Timestamps of documents, as long as before. */
function withTimesBefore(data: Buffer, ms: number): Buffer {
  if (ms === 0) return data;
  const text = data
    .toString('latin1')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, at => new Date(Date.parse(at) - ms).toISOString());
  return Buffer.from(text, 'latin1');
}

function replaced(data: Buffer, pairs: readonly (readonly [Buffer, Buffer])[]): Buffer {
  const changed = Buffer.from(data);
  for (const [from, to] of pairs)
    for (let at = changed.indexOf(from); at >= 0; at = changed.indexOf(from, at + to.length))
      to.copy(changed, at);
  return changed;
}

/** Another id of the same time and tag. */
function idLike(id: string): string {
  const random = 16;
  return id.slice(0, -random) + randomBytes(random / 2).toString('hex');
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
