/** Owns loading `pg`: an optional peer, needed by those alone who keep their record in PostgreSQL. */
import type pg from 'pg';

export async function loadDriver(): Promise<typeof pg> {
  try {
    return (await import('pg')).default;
  } catch (error) {
    throw new Error('postgresStore needs the driver pg: npm install pg', { cause: error });
  }
}
