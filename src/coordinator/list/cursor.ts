/**
 * Owns the cursor of a list: where Temporal is to go on, and for which list. One of another list, or that was changed or made up, is told
 * from ours by its check, whose key every process has and no caller: the id of the namespace, of which a caller sees the first eight
 * digits at most. Temporal is not asked to make sense of a caller's own token: it tries for seconds.
 */
import { createHmac } from 'node:crypto';
import { type VisibleRun } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { canonicalJson } from '../../protocol/wire/canonicalJson';
import { given } from '../../protocol/wire/given';
import { BadCursor } from '../errors';
import { type Which } from './contract';

/** Where a run stands in a list: what is open first, then the last closed; in both the newest first. */
export type Place = Pick<VisibleRun, 'startedAt' | 'closedAt'>;

export interface Position {
  /** Of the first run of the first page. */
  readonly first: Place;
  /** Temporal's. */
  readonly token: string;
}

type Of = Pick<Engine, 'tag' | 'namespace' | 'namespaceId'>;

const form = /^([0-9a-z]+)\.([0-9a-z]*)\.([A-Za-z0-9_-]+)\.([0-9a-f]{32})$/;

export function writeCursor(engine: Of, which: Which, { first, token }: Position): string {
  const position = `${first.startedAt.toString(36)}.${first.closedAt?.toString(36) ?? ''}.${token}`;
  return `${position}.${checkOf(engine, which, position)}`;
}

/** @throws BadCursor */
export function readCursor(engine: Of, which: Which, cursor: string): Position {
  const [, startedAt = '', closedAt = '', token = '', check] = form.exec(cursor) ?? [];
  const position = `${startedAt}.${closedAt}.${token}`;
  if (check !== checkOf(engine, which, position)) throw new BadCursor('cursor');
  const closed = closedAt === '' ? undefined : Number.parseInt(closedAt, 36);
  return { first: { startedAt: Number.parseInt(startedAt, 36), ...given({ closedAt: closed }) }, token };
}

function checkOf({ tag, namespace, namespaceId }: Of, { filters, of }: Which, position: string): string {
  const list = canonicalJson([tag, namespace, of?.name ?? null, filters, position]);
  return createHmac('sha256', namespaceId).update(list).digest('hex').slice(0, 32);
}
