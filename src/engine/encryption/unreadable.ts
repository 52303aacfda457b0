/**
 * Owns what is said where something that Temporal stores cannot be opened: which key it names, and what to do. Whoever needs the value gets
 * an error of the SDK's that quotes the payload's encoding, which is why the words go there; they are read out of it again here.
 */
import { plain } from '../../protocol/wire/plainText';
import { shortened } from '../../protocol/wire/shortened';

export const sealedEncoding = 'binary/encrypted';

export type WhyUnreadable = 'unknown key' | 'not authentic';

/** Ids of ours are shorter; whoever writes to Temporal can write any. */
const mostOfId = 64;

export function shownKeyId(keyId: string): string {
  return shortened(plain(keyId), mostOfId);
}

const say = {
  'unknown key': (id: string) =>
    `something that Temporal stores is encrypted with the key "${id}", which the DTC_PAYLOAD_KEYS of this process does not have: add it there, after the others, in every process (docs/ENCRYPTION.md)`,
  'not authentic': (id: string) =>
    `something that Temporal stores names the key "${id}" of DTC_PAYLOAD_KEYS and was not encrypted with the one that this process has under that id, or has been changed since: give each key the bytes that it had (docs/ENCRYPTION.md)`,
} as const satisfies Record<WhyUnreadable, (id: string) => string>;

export function unreadableText(keyId: string, why: WhyUnreadable): string {
  return say[why](shownKeyId(keyId));
}

export function unreadableEncoding(keyId: string, why: WhyUnreadable): string {
  return `${sealedEncoding}: ${unreadableText(keyId, why)}`;
}

/** What an error says of it; undefined where it is about something else. */
export function unreadableIn(text: string): string | undefined {
  return /Unknown encoding: binary\/encrypted: (.*?\(docs\/ENCRYPTION\.md\))/s.exec(text)?.[1];
}
