#!/usr/bin/env node
/** Owns the command `settle-participant`: what an operator lists and ends by hand at a participant of the kit. */
import { json, print, stop, UsageError } from '../command/output';
import { readSigningKeys } from '../command/signingKeys';
import { plain } from '../protocol/wire/plainText';
import { type SigningKeys } from '../protocol/wire/signatures';
import { type Command, readCommand, usage } from './commandLine';
import { type Answer, type Entry, listPrepared, NoAnswer, settle } from './requests';

const name = 'settle-participant';

async function main(): Promise<number> {
  try {
    // eslint-disable-next-line no-restricted-properties -- a program of its own: src/config is the coordinator's
    return await run(readCommand(process.argv.slice(2)), readSigningKeys(process.env));
  } catch (error) {
    if (error instanceof UsageError) return stop(name, `${error.message}\n\n${usage}`);
    if (error instanceof NoAnswer) return stop(name, `${error.message}\n`);
    throw error;
  }
}

async function run(command: Command, keys: SigningKeys): Promise<number> {
  if (command.do === 'help') return print(usage);
  if (command.do === 'settle') {
    const answer = await settle(command.url, command.settlement, keys);
    return answer.status === 200 ? print(command.json ? json(answer.body) : 'done\n') : refused(answer);
  }
  const found = await listPrepared(command.url, keys);
  if ('status' in found) return refused(found);
  return print(command.json ? json({ prepared: found }) : listText(found));
}

function listText(entries: readonly Entry[]): string {
  if (entries.length === 0) return 'nothing is prepared\n';
  return entries
    .map(each => `${plain(`${each.preparedAt}  ${each.transactionId}  ${each.participant}`)}\n`)
    .join('');
}

function refused({ status, body: { detail } }: Answer): 1 {
  const why = typeof detail === 'string' ? plain(detail) : 'without a reason';
  process.stderr.write(`${name}: ${status} ${why}\n`);
  return 1;
}

void main().then(code => (process.exitCode = code));
