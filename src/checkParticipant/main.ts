#!/usr/bin/env node
/**
 * Owns the command `check-participant`: reads the command line, runs the checks, prints what came of them.
 * Exit code 0: nothing failed. 1: a check failed. 2: wrong usage, or nobody answers.
 */
import { checkParticipant } from './checkParticipant';
import { checks } from './checks';
import { type Command, UsageError, readCommand, usage } from './commandLine';
import { ParticipantUnreachable } from './contract';
import { listJson, listText, reportText } from './text';

async function main(): Promise<number> {
  try {
    // eslint-disable-next-line no-restricted-properties -- a program of its own: src/config is the coordinator's
    return await run(readCommand(process.argv.slice(2), process.env['DTC_SIGNING_SECRET']));
  } catch (error) {
    if (error instanceof UsageError) return stop(`${error.message}\n\n${usage}`);
    if (error instanceof ParticipantUnreachable) return stop(`${error.message}\n`);
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

function json(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function print(text: string): 0 {
  process.stdout.write(text);
  return 0;
}

function stop(message: string): 2 {
  process.stderr.write(`check-participant: ${message}`);
  return 2;
}

void main().then(code => (process.exitCode = code));
