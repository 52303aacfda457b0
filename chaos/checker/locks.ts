/**
 * Owns exclusive locks as participants saw them: a participant is in the hands of a transaction from its yes to the first completion that it
 * acknowledged, or until a person said by hand how it ended. Nobody else with the same lock may be told to prepare meanwhile, anywhere, and tokens rise.
 */
import { type Call, type Evidence, type Settled, ofKind } from '../evidence';
import { groupBy } from './groupBy';
import { settledByHand } from './knowledge';
import { type Violation } from './violation';

interface Holding {
  readonly id: string;
  readonly resource: string;
  readonly token: number;
  /** The first prepare that arrived. */
  readonly from: number;
  /** Everybody who had said yes has acknowledged; Infinity where somebody never did. */
  readonly to: number;
}

export function locks(evidence: Evidence): Violation[] {
  const byId = groupBy(ofKind(evidence, 'call'), ({ id }) => id);
  const byHand = settledByHand(evidence);
  const holdings = [...byId].flatMap(([id, calls]) => holdingsOf(id, calls, byHand.get(id) ?? []));
  return [...groupBy(holdings, ({ resource }) => resource)].flatMap(([resource, of]) =>
    judge(
      resource,
      of.toSorted((a, b) => a.from - b.from || a.token - b.token),
    ),
  );
}

function holdingsOf(id: string, calls: readonly Call[], byHand: readonly Settled[]): Holding[] {
  const prepares = calls.filter(({ is, phase }) => is === 'received' && phase === 'prepare');
  if (prepares.length === 0) return [];
  const from = Math.min(...prepares.map(({ at }) => at));
  const yes = new Set(
    calls
      .filter(({ is, phase, http }) => is === 'answered' && phase === 'prepare' && http === 200)
      .map(({ participant }) => participant),
  );
  const ends = [...yes].map(voter =>
    Math.min(
      ...calls
        .filter(
          call =>
            call.participant === voter &&
            call.phase !== 'prepare' &&
            call.is === 'answered' &&
            call.http === 200,
        )
        .map(({ at }) => at),
      ...byHand.filter(({ participant }) => participant === voter).map(({ askedAt }) => askedAt),
    ),
  );
  const tokens = new Map(
    prepares.flatMap(call => call.locks.map(lock => [lock.resource, lock.fencingToken] as const)),
  );
  return [...tokens].map(([resource, token]) => ({ id, resource, token, from, to: Math.max(from, ...ends) }));
}

function judge(resource: string, holdings: readonly Holding[]): Violation[] {
  return holdings.flatMap((holding, nth) => {
    const before = holdings.slice(0, nth);
    const overlapped = before.find(each => each.to > holding.from);
    const older = before.find(each => each.token >= holding.token);
    return [
      ...(overlapped === undefined
        ? []
        : [
            {
              rule: 'locks overlap',
              what: `${resource}: ${holding.id} began at ${holding.from}, ${overlapped.id} held it until ${overlapped.to}`,
            } as const,
          ]),
      ...(older === undefined
        ? []
        : [
            {
              rule: 'fencing token',
              what: `${resource}: ${holding.id} has ${holding.token}, and ${older.id} before it ${older.token}`,
            } as const,
          ]),
    ];
  });
}
