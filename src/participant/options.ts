/** Owns what is wrong with the options of a participant: said at its start, rather than at the first call that needs them. */
import { namePattern } from '../protocol/wire/names';
import { isMasterKey, isSecret, secretForm } from '../protocol/wire/signatures';
import { lastSegment, redactText } from '../protocol/wire/urls';
import { type ParticipantOptions } from './contract';

const defaultService = 'service';

/** The name that its records are kept under. @throws where an option cannot work; the message names it, and no secret */
export function checkOptions({
  service = defaultService,
  secrets = [],
  urls,
  coordinator,
}: ParticipantOptions): string {
  if (!namePattern.test(service))
    throw new Error(`service is ${JSON.stringify(service)}: it must be 1 to 64 of A-Z a-z 0-9 . _ -`);
  if (secrets.some(isMasterKey))
    throw new Error(
      "secrets has a coordinator's master key (the value is not shown): give the participant its own secret alone, as participant-secret prints it",
    );
  if (!secrets.every(isSecret))
    throw new Error(
      `secrets has an entry of another form (the value is not shown): each must be ${secretForm}`,
    );
  if (urls !== undefined) checkUrls(urls, secrets);
  if (coordinator !== undefined && !isHttp(coordinator.url))
    throw new Error(
      `coordinator.url must be an http:// or https:// URL, as the coordinator has it in DTC_PUBLIC_URL`,
    );
  return service;
}

function checkUrls(urls: readonly string[], secrets: readonly string[]): void {
  if (secrets.length === 0) throw new Error('urls says what has to be signed for, which needs secrets');
  if (urls.length === 0)
    throw new Error('urls names nobody: leave it out, or say what the participant is called by');
  const wrong = urls.find(url => !isHttp(url) || !segments.includes(lastSegment(new URL(url))));
  if (wrong !== undefined)
    throw new Error(
      `urls has ${redactText(wrong)}: each must be an http:// or https:// URL that ends in "/", or in "prepare", as the coordinator calls it`,
    );
}

const segments: readonly string[] = ['', 'prepare', 'commit', 'rollback', 'prepared', 'settle'];

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
