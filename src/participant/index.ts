/**
 * The participant kit: what a service uses to take part in transactions. It keeps the votes in the service's own database,
 * answers every repeat and every disorder (PROTOCOL §2), and leaves to the service what it prepares, commits and rolls back.
 */
export {
  type Call,
  type CoordinatorAccess,
  type FencedLock,
  type KitLog,
  no,
  type Participant,
  type ParticipantOptions,
  type PreparedEntry,
  type PreparedPage,
  type Reservation,
  type Settled,
  type Settlement,
  type Vote,
  type XaWork,
  yes,
} from './contract';
export { participantRouter } from './http/express';
export { createParticipant, type ParticipantWork } from './participant';
export { mysqlStore, type MysqlOptions } from './stores/mysql';
export { postgresStore, type PostgresOptions } from './stores/postgres';
export { sqliteStore, type SqliteOptions } from './stores/sqlite';
export { type Session, type Store, StoreUnavailable, type XaStore } from './stores/contract';
