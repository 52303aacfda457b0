/**
 * I12, as it is seen from outside when a walk is over: whoever was asked to prepare or commit was told of every lock, each time with the same
 * token; and what has ended holds none of them.
 */
import { type Received } from '../support/participants';
import { NotReached, until } from '../support/until';

/** In the order of acquiring. */
export function locksIn(resources: readonly string[]): object {
  return resources.length === 0
    ? {}
    : { locks: resources.map(resource => ({ resource, mode: 'exclusive' })), lockTimeoutMs: 20_000 };
}

export function fencesOf(resources: readonly string[], requests: readonly Received[]): string[] {
  if (resources.length === 0) return [];
  const named = requests.filter(({ phase }) => phase !== 'rollback').map(({ body }) => fencesIn(body));
  const incomplete = named.filter(each => each.map(({ resource }) => resource).join() !== resources.join());
  const told = new Set(named.map(each => JSON.stringify(each)));
  return [
    ...incomplete.map(each => `a request names ${JSON.stringify(each)} instead of all locks`),
    ...(told.size > 1 ? [`tokens changed: ${[...told].join(' ')}`] : []),
  ];
}

interface Fence {
  readonly resource: string;
  readonly fencingToken: number;
}

function fencesIn(body: Received['body']): readonly Fence[] {
  return (body['locks'] ?? []) as readonly Fence[];
}

/** Those that are not free within the time that a release may need once everything runs. */
export async function leftHeld(url: string, resources: readonly string[]): Promise<string[]> {
  const looks = resources.map(async resource => {
    const look = (): Promise<string> =>
      fetch(`${url}/locks?resource=${encodeURIComponent(resource)}`).then(answer => answer.text(), String);
    const isFree = (seen: string): boolean => seen.startsWith('{') && /"holders":\[\]/.test(seen);
    try {
      await until(look, isFree, { withinMs: 20_000, everyMs: 50 });
      return [];
    } catch (error) {
      if (error instanceof NotReached) return [`the lock on ${resource} is not given back: ${error.message}`];
      throw error;
    }
  });
  return (await Promise.all(looks)).flat();
}
