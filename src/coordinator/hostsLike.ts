/**
 * Owns which hosts are known that are named like one that was asked for, and differ from it in the port alone: of one page of runs, by
 * what the memo of each has had from its start. So it says what was seen there, and nothing of what else there may be.
 */
import { runsPage } from '../engine/ask';
import { type Engine } from '../engine/engine';
import { memoOf } from '../engine/facts/memo';
import { type Ms } from '../protocol/wire/phases';
import { hostOf } from '../protocol/wire/urls';
import { type Which } from './list/contract';
import { isListed } from './list/matches';

export interface HostsLike {
  /** It was seen itself: whoever asked for it has named it right. */
  readonly isKnown: boolean;
  /** Of the same name, with another port or without one. */
  readonly others: readonly string[];
}

interface Asked extends Pick<Which, 'of'> {
  readonly host: string;
  /** Of visibility: whose participants count. */
  readonly query: string;
  readonly withinMs: Ms;
}

const mostLooked = 200;

/** @throws EngineUnavailable */
export async function hostsLike(engine: Engine, { host, query, of, withinMs }: Asked): Promise<HostsLike> {
  const { runs } = await runsPage(engine, { query, limit: mostLooked, cursor: undefined }, withinMs);
  const listed = runs.filter(run => isListed(run, engine.tag, of));
  return amongKnown(
    host,
    listed.flatMap(run => memoOf(run).participants.map(({ url }) => hostOf(url))),
  );
}

function amongKnown(host: string, known: readonly string[]): HostsLike {
  const all = new Set(known);
  const name = nameOf(host);
  const others = [...all].filter(each => each !== host && nameOf(each) === name).sort();
  return { isKnown: all.has(host), others };
}

function nameOf(host: string): string {
  return new URL(`http://${host}`).hostname;
}
