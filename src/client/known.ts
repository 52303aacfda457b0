/**
 * Owns that an option nobody knows is refused by name: a key that is misspelt would be no key, and another transaction each time.
 *
 * One object may serve all the calls about a transaction (its signal, its key, how long): `begin` and reads take what others of them
 * know, and nothing comes of it there. What changes something else takes its own alone: `limit` of a page would not bound an action on
 * many, nor a key make a sweep one. Nor does a read take `ifMatch`, by which nothing would be looked at.
 */

const ofCalls = ['signal', 'timeoutMs'] as const;
const ofBegin = [...ofCalls, 'idempotencyKey'] as const;
const ofWait = [...ofCalls, 'until', 'withinMs'] as const;
const ofPages = [...ofCalls, 'limit'] as const;
const own = {
  /** Changes something. */
  call: ofCalls,
  act: [...ofCalls, 'ifMatch'],
  read: ofCalls,
  begin: ofBegin,
  wait: ofWait,
  page: ofPages,
  client: ['url', 'token', 'timeoutMs'],
} as const;
const shared: readonly string[] = [...ofBegin, ...ofWait, ...ofPages];
const sharing: readonly string[] = ['read', 'begin', 'wait', 'page'];

/** @throws TypeError */
export function known<Options extends object | undefined>(given: Options, kind: keyof typeof own): Options {
  const names: readonly string[] = own[kind];
  const taken = sharing.includes(kind) ? [...names, ...shared] : names;
  const unknown = Object.keys(given ?? {}).find(name => !taken.includes(name));
  if (unknown === undefined) return given;
  throw new TypeError(`unknown option ${JSON.stringify(unknown)}; known: ${names.join(', ')}`);
}
