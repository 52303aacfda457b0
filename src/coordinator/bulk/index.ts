/**
 * Owns retry and resolve of many, and who it is that transactions wait for.
 *
 * I2: each `resolve` is the single one, recorded beside the decision, by the workflow itself, which has the last word on whether it applies.
 */
import { type Engine } from '../../engine/engine';
import {
  moreHosts,
  needsAttentionKey,
  participantHostsKey,
  transactionStateKey,
} from '../../engine/facts/searchAttributes';
import { quoted, visibly } from '../../engine/facts/status';
import { type BulkReport } from '../../protocol/client/many';
import { hostsLike } from '../hostsLike';
import { oursAnd } from '../ours';
import { type Bulk, type ResolveMany, type RetryMany } from './contract';
import { heuristicAfter } from './foreseen';
import { actOnMany } from './many';
import { sickHostsLook } from './sickHosts';
import { type Waiting } from './waits';

export type { Bulk, BulkOptions, ResolveMany, RetryMany } from './contract';

const hostsWithinMs = 2_000;

export function createBulk(engine: Engine): Bulk {
  return {
    retry: asked => retryMany(engine, asked),
    resolve: asked => resolveMany(engine, asked),
    hostsLike: host =>
      hostsLike(engine, { host, query: oursAnd(engine, and([inTrouble])), withinMs: hostsWithinMs }),
    sickHosts: sickHostsLook(engine),
  };
}

/** Whoever is being asked at this moment is not cut off: that is as good as a retry, and it is said. */
function retryMany(
  engine: Engine,
  { participant, needsAttention, ...options }: RetryMany,
): Promise<BulkReport> {
  const isAt = ({ host }: Waiting): boolean => participant === undefined || host === participant;
  const isLater = ({ participant: p }: Waiting): boolean => p.nextAttemptAt !== undefined;
  return actOnMany(engine, {
    options,
    candidates: and([
      participant === undefined ? inTrouble : waitsPerhapsFor(participant),
      ...(needsAttention === true ? [`${needsAttentionKey.name} = true`] : []),
    ]),
    actionsOn: ({ waiting }) =>
      waiting.filter(isAt).some(isLater) ? [{ is: 'retryNow', by: options.by }] : [],
    isAsking: ({ waiting }) => waiting.some(isAt),
  });
}

/** Phase two has to wait for it: before a decision there is nothing to settle. */
function resolveMany(
  engine: Engine,
  { participant, outcome, reason, ...options }: ResolveMany,
): Promise<BulkReport> {
  const isMeant = ({ host, phase, participant: p }: Waiting): boolean =>
    host === participant && phase !== 'prepare' && p.forced === undefined;
  return actOnMany(engine, {
    options,
    candidates: and([waitsPerhapsFor(participant)]),
    actionsOn: ({ waiting }) =>
      waiting.filter(isMeant).map(({ participant: { name } }) => ({
        is: 'resolve',
        participant: name,
        ...{ outcome, reason, by: options.by },
      })),
    foresee: waits => heuristicAfter(waits, outcome),
  });
}

/** The search attributes are set from the first trouble on. */
const inTrouble = `${transactionStateKey.name} IS NOT NULL`;

function and(conditions: readonly string[]): string {
  return [visibly.open, ...conditions].join(' AND ');
}

/** One of its participants is there, or it has more hosts than are listed. */
function waitsPerhapsFor(host: string): string {
  return `${participantHostsKey.name} IN (${quoted(host)}, ${quoted(moreHosts)})`;
}
