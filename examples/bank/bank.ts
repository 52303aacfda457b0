/**
 * A bank, whole: one service with a database of its own.
 *
 *   node bank.js --name north --port 5001 --store postgres://… --account alice=10000 [--coordinator http://127.0.0.1:8080]
 *   node bank.js --name south --port 5002 --store south.db     --account bob=10000
 *
 * `POST /transfers/prepare` and its siblings are the kit's; `GET /accounts` is the bank's own. Where the bank is given the
 * coordinator's address it asks there about transfers whose decision does not come.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { parseArgs } from 'node:util';
import express, { type RequestHandler } from 'express';
import pino from 'pino';
import { participantRouter, type ParticipantOptions } from '../../src/participant';
import { type Bank, type Opening } from './contract';
import { postgresBank } from './postgresBank';
import { sqliteBank } from './sqliteBank';

export interface BankOptions {
  readonly name: string;
  readonly port: number;
  /** A `postgres://` URL, or a file for SQLite. */
  readonly store: string;
  readonly opening: Opening;
  readonly kit: ParticipantOptions;
  /** Comes before the kit's routes. */
  readonly before?: RequestHandler;
}

export interface RunningBank {
  close(): Promise<void>;
}

export async function startBank({ port, store, opening, kit, before }: BankOptions): Promise<RunningBank> {
  const open = /^postgres(ql)?:/.test(store) ? postgresBank : sqliteBank;
  const bank = await open(store, opening, kit);
  const app = express();
  if (before !== undefined) app.use('/transfers', before);
  app.use('/transfers', participantRouter(bank.participant));
  app.get('/accounts', async (_request, response) => void response.json(await bank.accounts()));
  const server = createServer(app).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { close: () => close(server, bank) };
}

async function close(server: Server, bank: Bank): Promise<void> {
  server.close();
  server.closeIdleConnections();
  await bank.participant.close();
  server.closeAllConnections();
  await bank.close();
}

export function readBankOptions(args: readonly string[]): BankOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { name: text, port: text, store: text, coordinator: text, account: { ...text, multiple: true } },
  });
  const { name, port, store, coordinator, account = [] } = values;
  if (name === undefined || port === undefined || store === undefined)
    throw new Error('--name, --port and --store are needed');
  const opening = Object.fromEntries(
    account.map(each => each.split('=')).map(([id = '', cents]) => [id, Number(cents)]),
  );
  const access =
    coordinator === undefined
      ? {}
      : { coordinator: { url: coordinator, askAfterMs: 10_000, everyMs: 2_000 } };
  return {
    name,
    port: Number(port),
    store,
    opening,
    kit: { log: pino({ name, level: process.env['BANK_LOG'] ?? 'warn' }, pino.destination(2)), ...access },
  };
}

async function main(): Promise<void> {
  const options = readBankOptions(process.argv.slice(2));
  const bank = await startBank(options);
  process.stdout.write(`${options.name}: listening\n`);
  const stop = (): void => void bank.close().then(() => process.exit());
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

if (require.main === module)
  main().catch((error: unknown) => {
    process.stderr.write(`bank: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
