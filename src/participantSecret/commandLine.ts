/** Owns the command line of `participant-secret`. */
import { readArguments } from '../command/options';
import { UsageError } from '../command/output';
import { lastSegment } from '../protocol/wire/urls';

export const usage = `participant-secret <prepare URL of the participant>

Prints the secret that a coordinator signs its requests to this participant with: made of DTC_SIGNING_MASTER_KEY, which is
read from the environment, and of the URL as the coordinator calls it (scheme, host, port, path; whatever a proxy makes of
it). The participant needs this secret, and no other participant may have it. Where commit and rollback go elsewhere, or
DTC_RECOVERY_URLS names another URL for it, it needs the secret of each: a URL may be any of its own, or end in "/".
While DTC_SIGNING_MASTER_KEY is a list, of which the first two sign, it prints the secret of each, one a line.

Exit code 0: printed. 2: wrong usage, or no key.
`;

export type Command = { readonly do: 'help' } | { readonly do: 'print'; readonly url: string };

const ends: readonly string[] = ['', 'prepare', 'commit', 'rollback', 'prepared', 'settle'];

/** @throws UsageError */
export function readCommand(args: readonly string[]): Command {
  const given = readArguments(args, { words: true });
  if (given === undefined) return { do: 'help' };
  const [url, ...others] = given.words;
  if (url === undefined) throw new UsageError('the prepare URL of the participant is missing');
  if (others.length > 0) throw new UsageError('one URL at a time: each has a secret of its own');
  return { do: 'print', url: readUrl(url) };
}

/** `https://bank.example/accounts` may be a folder or lack one: what is not certain is not guessed at. */
function readUrl(text: string): string {
  const url = /^https?:\/\/[^/]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new UsageError('the URL must be an absolute http:// or https:// URL');
  if (url.username !== '' || url.password !== '') throw new UsageError('the URL must not carry credentials');
  if (!ends.includes(lastSegment(url)))
    throw new UsageError('the URL must end in "/prepare", as the coordinator calls it, or in "/"');
  return url.href;
}
