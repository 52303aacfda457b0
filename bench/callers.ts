/** Owns who calls the process under test: a client as any other, and one who makes trouble, so that they are two to the coordinator. */
const tokens = { healthy: 'healthy-0123456789abcdef', trouble: 'trouble-0123456789abcdef' } as const;

export const apiTokens = Object.entries(tokens)
  .map(([name, token]) => `${name}:operator:${token}`)
  .join(',');

export function jsonFrom(caller: keyof typeof tokens): Readonly<Record<string, string>> {
  return { 'content-type': 'application/json', authorization: `Bearer ${tokens[caller]}` };
}
