/** Owns what recovering a transaction means to a sweep. */
import { type TakenUp } from '../../protocol/orphans/standing';
import { type Recovered } from '../transaction/contract';
import { type Engine } from '../../engine/engine';
import { recover } from '../transaction/recover';
import { whyUnreadable } from './unreadable';

/** @throws EngineUnavailable */
export async function takeUp(engine: Engine, id: string): Promise<TakenUp> {
  try {
    return takenUp(await recover(engine, id));
  } catch (error) {
    return { is: 'failed', detail: whyUnreadable(engine, error, id) };
  }
}

function takenUp(came: Recovered): TakenUp {
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
