/** Owns who calls the process under test: a client as any other, and one who makes trouble, so that they are two to the coordinator. */
import { type UnderTest } from './underTest';

const tokens = { healthy: 'healthy-0123456789abcdef', trouble: 'trouble-0123456789abcdef' } as const;

export const apiTokens = Object.entries(tokens)
  .map(([name, token]) => `${name}:operator:${token}`)
  .join(',');

/** As a client does that waits for the outcome: two healthy participants, unless told otherwise. */
export function postAndWait(
  { apiUrl, participantsUrl }: Pick<UnderTest, 'apiUrl' | 'participantsUrl'>,
  waitS: number,
  participants = 2,
): Promise<Response> {
  return fetch(`${apiUrl}/transactions`, {
    method: 'POST',
    headers: { ...jsonFrom('healthy'), prefer: `wait=${waitS}` },
    body: JSON.stringify(participantUrls(participantsUrl, participants, '/prepare')),
  });
}

export function jsonFrom(caller: keyof typeof tokens): Readonly<Record<string, string>> {
  return { 'content-type': 'application/json', authorization: `Bearer ${tokens[caller]}` };
}

/** Of that many healthy participants, `end` behind each. */
export function participantUrls(participantsUrl: string, count: number, end: string): string[] {
  return Array.from({ length: count }, (_, i) => `${participantsUrl}/p${i + 1}${end}`);
}
