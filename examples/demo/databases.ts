/** Owns reading participants' databases from outside, as an auditor would. */
import Database from 'libsql';

export type BookingState = 'prepared' | 'committed' | 'rolledback';

export interface Booking {
  readonly transactionId: string;
  readonly item: string;
  readonly state: BookingState;
}

export interface Stock {
  readonly item: string;
  readonly total: number;
  readonly available: number;
}

export function readBooking(file: string, transactionId: string): BookingState | undefined {
  return reading(file, db => {
    const find = db.prepare('SELECT state FROM bookings WHERE transactionId = ?');
    return (find.get(transactionId) as Booking | undefined)?.state;
  });
}

export function readAll(file: string): { readonly bookings: Booking[]; readonly stock: Stock[] } {
  return reading(file, db => ({
    bookings: db.prepare('SELECT transactionId, item, state FROM bookings').all() as Booking[],
    stock: db.prepare('SELECT item, total, available FROM stock').all() as Stock[],
  }));
}

function reading<T>(file: string, read: (db: Database.Database) => T): T {
  const db = new Database(file, { fileMustExist: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
