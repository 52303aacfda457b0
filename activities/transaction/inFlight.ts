/**
 * Owns the requests of first rounds in this process: begun in a workflow's first task, which does not wait for the slow ones, and waited
 * for by the activity that goes on with the round. A request has one of them at a time to give it up, and its ending is told once.
 *
 * I3, I4: who does not find a request here must assume that it was sent, and is open. So nothing of it is kept for long: one that nobody
 * came for is forgotten, and is lost like those of another process.
 */
import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Ms } from '../../src/protocol/wire/phases';
import { type OneCall } from './call';

export type Cancellation = Pick<OneCall, 'signal' | 'cancelRequested'>;

/** Whoever goes on with a round does so at once, or its worker is gone. */
const keptMs: Ms = 10_000;

/** Of a call of the run that asks: another run of the transaction has calls of its own. */
export function flightKey({ participant, nth }: Pick<Ending, 'participant' | 'nth'>): string {
  const { workflowExecution } = Context.current().info;
  return `${workflowExecution?.runId ?? ''} ${participant} #${String(nth)}`;
}

export interface Flight {
  readonly ended: Promise<Ending>;
  /** There once it has ended. */
  readonly ending: () => Ending | undefined;
  /** From now on it is given up with this. */
  readonly follow: (cancellation: Cancellation) => void;
}

export interface InFlight {
  begin(key: string, send: (cancellation: Cancellation) => Promise<Ending>): Flight;
  /** The caller's from now on; undefined where it is not here. */
  take(key: string): Flight | undefined;
}

export function inFlight(): InFlight {
  const flights = new Map<string, Flight>();
  return {
    begin: (key, send) => {
      const flight = launch(send);
      flights.set(key, flight);
      const forget = (): void => {
        if (flights.get(key) === flight) flights.delete(key);
      };
      const forgetLater = (): void => {
        setTimeout(forget, keptMs).unref();
      };
      flight.ended.then(forgetLater, forgetLater);
      return flight;
    },
    take: key => {
      const flight = flights.get(key);
      flights.delete(key);
      return flight;
    },
  };
}

function launch(send: (cancellation: Cancellation) => Promise<Ending>): Flight {
  const cut = new AbortController();
  const cutOff = (): void => {
    cut.abort();
  };
  let by: Cancellation | undefined;
  let ending: Ending | undefined;
  const ended = send({ signal: cut.signal, cancelRequested: () => by?.cancelRequested() === true }).then(
    each => (ending = each),
  );
  return {
    ended,
    ending: () => ending,
    follow: next => {
      by?.signal.removeEventListener('abort', cutOff);
      by = next;
      setMaxListeners(Infinity, next.signal); // one signal may be for a whole round
      if (next.signal.aborted) cutOff();
      else next.signal.addEventListener('abort', cutOff);
    },
  };
}
