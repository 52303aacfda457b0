/** Owns the coordinator as the routes see it. */
import { type Coordinator } from './contract';
import { demandReachable } from '../../engine/reach';
import { type Engine } from '../../engine/engine';
import { foresee } from './foresee';
import { operate } from './operate';
import { read } from './read';
import { recover } from './recover';
import { type OnStart, demandNoTrouble, starts } from './start';
import { together } from './together';
import { waits } from './wait';
import { watches } from './watch';

export type { OnStart } from './start';

export function createCoordinator(engine: Engine, onStart?: OnStart): Coordinator {
  return {
    start: starts(engine, onStart),
    read: (id, of) => read(engine, id, of),
    wait: waits(engine),
    watch: watches(engine),
    glance: together((id, of) => read(engine, id, of)),
    abort: (id, action, options) => operate(engine, id, { is: 'abort', ...action }, options),
    retryNow: (id, action, options) => operate(engine, id, { is: 'retryNow', ...action }, options),
    resolve: (id, action, options) => operate(engine, id, { is: 'resolve', ...action }, options),
    foresee: (id, action, options) => foresee(engine, id, action, options),
    recover: id => recover(engine, id),
    ready: async () => {
      demandNoTrouble(engine);
      await demandReachable(engine);
    },
  };
}
