/** Owns the participant of examples/python in a run: seats of a show instead of money, and no journal. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Books } from '../evidence';
import { withSqlite } from './databases';
import { type Program } from './process';
import { root } from './root';
import { environment } from './temporal';

const seats = 900_000;
/** More than there are: its no. */
export const tooMany = 1_000_000;

export function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import sqlite3'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // none here
  }
}

export function pythonProgram(
  name: string,
  { port, folder, logs }: { readonly port: number; readonly folder: string; readonly logs: string },
): Program {
  return {
    name,
    command: 'python3',
    args: [
      join(root, 'examples/python/participant.py'),
      String(port),
      join(folder, 'seats.db'),
      String(seats),
    ],
    env: environment(),
    logFile: join(logs, `${name}.log`),
    mark: folder,
    isReady: async () => {
      try {
        return (await fetch(`http://127.0.0.1:${port}/prepared`, { signal: AbortSignal.timeout(1_000) })).ok;
      } catch {
        return false; // not yet
      }
    },
  };
}

interface Booking {
  readonly tx: string;
  readonly payload: string;
  readonly seats: number;
  readonly state: string;
}

export function pythonBooks(participant: string, folder: string): Books {
  return withSqlite(join(folder, 'seats.db'), db => {
    const { free } = db.prepare('SELECT free FROM show').get() as { free: number };
    const bookings = db.prepare('SELECT tx, payload, seats, state FROM bookings').all() as Booking[];
    const rows = bookings
      .filter(({ state }) => state === 'committed')
      .map(({ tx, payload, seats: amount }) => ({
        order: (JSON.parse(payload) as { order: string }).order,
        id: tx,
        amount,
      }));
    const prepared = bookings.filter(({ state }) => state === 'prepared');
    const held = prepared.reduce((sum, each) => sum + each.seats, 0);
    return { participant, counter: seats - free - held, rows, prepared: prepared.map(({ tx }) => tx) };
  });
}
