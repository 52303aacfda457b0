#!/usr/bin/env node
/** Owns the command `settle-participant`: what an operator lists and ends by hand at a participant of the kit. */
import { Agent } from 'undici';
import { json, print, stop, UsageError } from '../command/output';
import { readTls } from '../command/participantTls';
import { readSigningKeys } from '../command/signingKeys';
import { plain } from '../protocol/wire/plainText';
import { shortened } from '../protocol/wire/shortened';
import { type Command, readCommand, usage } from './commandLine';
import { type Answer, type Entry, listPrepared, type Means, NoAnswer, settle } from './requests';

const name = 'settle-participant';

async function main(): Promise<number> {
  try {
    // eslint-disable-next-line no-restricted-properties -- a program of its own: src/config is the coordinator's
    return await run(readCommand(process.argv.slice(2)), meansIn(process.env));
  } catch (error) {
    if (error instanceof UsageError) return stop(name, `${error.message}\n\n${usage}`);
    if (error instanceof NoAnswer) return stop(name, `${error.message}\n`);
    throw error;
  }
}

function meansIn(environment: NodeJS.ProcessEnv): Means {
  const tls = readTls(environment);
  const dispatcher = tls === undefined ? {} : { dispatcher: new Agent({ connect: tls }) };
  return { keys: readSigningKeys(environment), ...dispatcher };
}

async function run(command: Command, means: Means): Promise<number> {
  if (command.do === 'help') return print(usage);
  if (command.do === 'settle') {
    const answer = await settle(command.url, command.settlement, means);
    // 204 is done as well, where it is what a transaction sends (PROTOCOL §2)
    const isDone = answer.status === 200 || (answer.status === 204 && answer.asCoordinator === true);
    if (!isDone) return refused(answer);
    return print(
      command.json ? json(answer.body) : answer.asCoordinator === true ? doneAsCoordinator : 'done\n',
    );
  }
  const found = await listPrepared(command.url, means);
  if ('status' in found) return refused(found);
  return print(command.json ? json({ prepared: found }) : listText(found));
}

const doneAsCoordinator =
  'done, by the request of a transaction: it is not of the kit, and keeps neither name nor reason\n';

function listText(entries: readonly Entry[]): string {
  if (entries.length === 0) return 'nothing is prepared\n';
  return entries
    .map(each => `${plain(`${each.preparedAt}  ${each.transactionId}  ${each.participant}`)}\n`)
    .join('');
}

function refused({ status, body: { detail } }: Answer): 1 {
  const why = typeof detail === 'string' ? plain(shortened(detail, 500)) : 'without a reason';
  process.stderr.write(`${name}: ${status} ${why}\n`);
  return 1;
}

void main().then(code => (process.exitCode = code));
