#!/usr/bin/env node
/**
 * Owns the command `check-participant`: reads the command line, runs the checks, prints what came of them.
 * Exit code 0: nothing failed. 1: a check failed. 2: wrong usage, or nobody answers.
 */
import { json, print, stop, UsageError } from '../command/output';
import { readTls } from '../command/participantTls';
import { readSigningKeys } from '../command/signingKeys';
import { checkParticipant } from './checkParticipant';
import { checks } from './checks';
import { type Command, readCommand, usage } from './commandLine';
import { ParticipantUnreachable } from './contract';
import { listJson, listText, reportText } from './text';

const name = 'check-participant';

async function main(): Promise<number> {
  try {
    // eslint-disable-next-line no-restricted-properties -- a program of its own: src/config is the coordinator's
    const { env } = process;
    const means = { keys: readSigningKeys(env), tls: readTls(env) };
    return await run(readCommand(process.argv.slice(2), means));
  } catch (error) {
    if (error instanceof UsageError) return stop(name, `${error.message}\n\n${usage}`);
    if (error instanceof ParticipantUnreachable) return stop(name, `${error.message}\n`);
    throw error;
  }
}

async function run(command: Command): Promise<number> {
  switch (command.do) {
    case 'help':
      return print(usage);
    case 'list':
      return print(command.json ? json(listJson(checks)) : listText(checks));
    case 'check': {
      const report = await checkParticipant(command.options);
      print(command.json ? json(report) : reportText(report));
      return report.failed === 0 ? 0 : 1;
    }
  }
}

void main().then(code => (process.exitCode = code));
