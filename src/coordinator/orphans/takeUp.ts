/** Owns what recovering a transaction means to a sweep. */
import { type TakenUp } from '../../protocol/orphans/standing';
import { type Engine } from '../engine';
import { recover } from '../recover';

/** @throws EngineUnavailable */
export async function takeUp(engine: Engine, id: string): Promise<TakenUp> {
  const came = await recover(engine, id);
  switch (came.is) {
    case 'recovered':
      return { is: 'done' };
    case 'running':
    case 'ended':
    case 'unknown':
      return { is: 'gone' };
    case 'unreplayable':
      return { is: 'unreplayable', detail: came.why };
    case 'noWorker':
      return { is: 'failed', detail: 'no worker answered what its history says' };
  }
}
