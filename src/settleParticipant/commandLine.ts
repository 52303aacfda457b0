/** Owns the command line of `settle-participant`. */
import { userInfo } from 'node:os';
import { readArguments } from '../command/options';
import { UsageError } from '../command/output';
import { type Settlement } from './requests';

export const usage = `settle-participant list <URL of the participant>
settle-participant commit|rollback <URL of the participant> <transaction id> <participant> --reason <text> [--by <name>]

Shows what a participant holds prepared, or ends one of it by hand. The URL is its prepare URL, or that of its list
(…/prepared), as the coordinator calls it. One that is not of the kit is sent the request that its transaction would have
sent, and keeps neither name nor reason. Where the participant asks for signatures, set the coordinator's
DTC_SIGNING_MASTER_KEY, or, as DTC_SIGNING_SECRET, the participant's own secret or the one that all share; for TLS the
workers' DTC_PARTICIPANT_CA, DTC_PARTICIPANT_CERT and DTC_PARTICIPANT_KEY.
Ask the coordinator first: GET /transactions/<id>. What its "decision" says is what to settle; a participant that ends
otherwise leaves the transaction half done.

  --by <name>      who settles (default: the user of this machine)
  --reason <text>  kept with the record
  --json           one JSON document instead of text

Exit code 0: done. 1: the participant refused. 2: wrong usage, or nobody answers.
`;

export interface Common {
  readonly url: URL;
  readonly json: boolean;
}

export type Command =
  | { readonly do: 'help' }
  | (Common & { readonly do: 'list' })
  | (Common & {
      readonly do: 'settle';
      readonly settlement: Settlement;
    });

/** @throws UsageError */
export function readCommand(args: readonly string[]): Command {
  const given = readArguments(args, { values: ['reason', 'by'], flags: ['json'], words: true });
  if (given === undefined) return { do: 'help' };
  const { values, flags, words } = given;
  const json = flags.has('json');
  const [verb, url, transactionId, participant, ...others] = words;
  if (others.length > 0) throw new UsageError(`too many words: ${others.join(' ')}`);
  if (verb === 'list') return { do: 'list', url: readUrl(url), json };
  if (verb !== 'commit' && verb !== 'rollback') throw new UsageError('say list, commit or rollback');
  if (transactionId === undefined || participant === undefined)
    throw new UsageError('the transaction id or the name of the participant is missing');
  const reason = values.reason.at(-1);
  if (reason === undefined) throw new UsageError('--reason is missing: it is kept with the record');
  const outcome = verb === 'commit' ? ('committed' as const) : ('rolledback' as const);
  const by = values.by.at(-1) ?? userInfo().username;
  const settlement = { transactionId, participant, outcome, by, reason };
  return { do: 'settle', url: readUrl(url), json, settlement };
}

function readUrl(text: string | undefined): URL {
  if (text === undefined) throw new UsageError('the URL of the participant is missing');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new UsageError(`${text} is not an http:// or https:// URL`);
}
