/** Owns that an option nobody knows is refused by name: a key that is misspelt would be no key, and another transaction each time. */

const ofCalls = ['signal', 'timeoutMs'] as const;
const options = {
  call: ofCalls,
  act: [...ofCalls, 'ifMatch'],
  release: [...ofCalls, 'fencingToken'],
  begin: [...ofCalls, 'idempotencyKey'],
  wait: [...ofCalls, 'until', 'withinMs'],
  page: [...ofCalls, 'limit'],
  client: ['url', 'token', 'timeoutMs'],
} as const;

/** @throws TypeError */
export function known<Options extends object | undefined>(
  given: Options,
  kind: keyof typeof options,
): Options {
  const names: readonly string[] = options[kind];
  const unknown = Object.keys(given ?? {}).find(name => !names.includes(name));
  if (unknown === undefined) return given;
  throw new TypeError(`unknown option ${JSON.stringify(unknown)}; known: ${names.join(', ')}`);
}
