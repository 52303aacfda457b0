/**
 * Owns the kit's tables and their version. They live in the service's own database, since a record is only worth something
 * if it changes in the transaction of the effect that it is about.
 */
import { type Dialect, type Session, type Store } from '../stores/contract';

/**
 * Statement lists, one a version; what has shipped is never edited, only added to. MySQL commits each by itself, and does
 * them again where a migration died half way: what is there already it passes over, other statements have to bear it.
 */
const versions: readonly ((dialect: Dialect) => readonly string[])[] = [
  ({ types: { key, resource, text, integer } }) => [
    `CREATE TABLE dtc_votes (
       transaction_id ${key} NOT NULL, participant ${key} NOT NULL, service ${key} NOT NULL,
       state ${key} NOT NULL, created_at ${integer} NOT NULL, ended_at ${integer},
       decide_by ${integer},
       request_hash ${key}, request ${text}, reason ${text}, status_url ${text}, settled_by ${text},
       PRIMARY KEY (transaction_id, participant))`,
    'CREATE INDEX dtc_votes_by_state ON dtc_votes (service, state, created_at)',
    'CREATE INDEX dtc_votes_by_end ON dtc_votes (service, ended_at)',
    // one row in each XA branch: visible once the branch is committed, and never before
    `CREATE TABLE dtc_branches (
       transaction_id ${key} NOT NULL, participant ${key} NOT NULL, PRIMARY KEY (transaction_id, participant))`,
    `CREATE TABLE dtc_fences (
       resource ${resource} NOT NULL PRIMARY KEY, exclusive_token ${integer} NOT NULL, any_token ${integer} NOT NULL)`,
  ],
];

/** Creates the tables, or brings them up to this kit's version; throws where a newer kit has been at work. */
export async function migrate(store: Store<unknown>): Promise<void> {
  await store.migrate(async session => {
    const found = await versionOf(session, store.dialect);
    if (found > versions.length)
      throw new Error(
        `the participant kit's tables are of version ${found}, this kit knows ${versions.length}: use the newer kit`,
      );
    for (const statements of versions.slice(found))
      for (const statement of statements(store.dialect)) await session.query(statement);
    await session.query('UPDATE dtc_kit SET version = ?', [versions.length]);
  });
}

async function versionOf(session: Session, { types }: Dialect): Promise<number> {
  await session.query(`CREATE TABLE IF NOT EXISTS dtc_kit (version ${types.integer} NOT NULL)`);
  const [row] = await session.query('SELECT version FROM dtc_kit');
  if (row !== undefined) return Number(row['version']);
  await session.query('INSERT INTO dtc_kit (version) VALUES (0)');
  return 0;
}
