/** Owns finding out later whether a start of unknown result was carried out: its instant stands in the memo of what there is. */
import { type Engine } from '../../engine/engine';
import { memoOf } from '../../engine/facts/memo';
import { type Ms, timestamp } from '../../protocol/wire/phases';
import { ForeignWorkflow, UnknownTransaction } from '../errors';
import { describe } from './read';

/** Undefined where there is none (yet): the start may be on its way. @throws EngineUnavailable, StartUnknown */
export async function wasStartedAt(engine: Engine, id: string, createdAt: Ms): Promise<boolean | undefined> {
  try {
    return memoOf(await describe(engine, id)).createdAt === timestamp(createdAt);
  } catch (error) {
    if (error instanceof UnknownTransaction) return undefined;
    if (error instanceof ForeignWorkflow) return false;
    throw error;
  }
}
