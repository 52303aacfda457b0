#!/usr/bin/env node
/** Owns the command `participant-secret`: the secret of one participant, one a line for each key that signs, alone on standard output; whose it is, beside it. */
import { print, stop, UsageError } from '../command/output';
import { readMasterKeys } from '../command/signingKeys';
import { audienceOf, masterKeyForm, secretsFor } from '../protocol/wire/signatures';
import { readCommand, usage } from './commandLine';

const name = 'participant-secret';

function main(): number {
  try {
    const command = readCommand(process.argv.slice(2));
    if (command.do === 'help') return print(usage);
    // eslint-disable-next-line no-restricted-properties -- a program of its own: src/config is the coordinator's
    const keys = readMasterKeys(process.env);
    if (keys === undefined)
      throw new UsageError(`DTC_SIGNING_MASTER_KEY is not set: the coordinator's, ${masterKeyForm}`);
    process.stderr.write(`${name}: of ${audienceOf(command.url)}\n`);
    return print(
      secretsFor({ signingMasterKeys: keys }, command.url)
        .map(secret => `${secret}\n`)
        .join(''),
    );
  } catch (error) {
    if (error instanceof UsageError) return stop(name, `${error.message}\n\n${usage}`);
    throw error;
  }
}

process.exitCode = main();
