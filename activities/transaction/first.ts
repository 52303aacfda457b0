/**
 * Owns the first round of prepares where it is part of the workflow's first task: a local activity, over as soon as everyone has answered,
 * and at its bound whatever is open. It has no heartbeat: were its worker gone, so would be the task.
 *
 * I4: a request that is open at the bound stays so, for the rest of the round to find (`inFlight.ts`). So do all of them where the activity
 * is out of time, because its worker stood still: nobody has got its result then.
 */
import { Context } from '@temporalio/activity';
import { type Ending } from '../../src/protocol/transaction/events';
import { type FirstRoundInput } from '../../src/protocol/transaction/steps';
import { type Ms } from '../../src/protocol/wire/phases';
import { type CallSender, sendOne } from './call';
import { cancellation } from './cancellation';
import { type Cancellation, type Flight, type InFlight, flightKey } from './inFlight';

export function firstActivity(
  sender: CallSender,
  flights: InFlight,
): (input: FirstRoundInput) => Promise<Ending[]> {
  return async ({ calls, withinMs, ...rest }) => {
    const { givenUp, isOutOfTime } = whileInTime();
    const begun = calls.map(call => {
      const key = flightKey(call);
      const send = { ...rest, phase: 'prepare', attempt: 1, call } as const;
      const flight = flights.begin(key, cut => sendOne(sender, { ...send, ...cut }));
      flight.follow(givenUp);
      return { key, flight };
    });
    await atMost(withinMs, Promise.all(begun.map(({ flight }) => flight.ended)));
    return isOutOfTime() ? [] : begun.flatMap(({ key, flight }) => endedOf(flights, key, flight));
  };
}

interface InTime {
  readonly givenUp: Cancellation;
  readonly isOutOfTime: () => boolean;
}

function whileInTime(): InTime {
  const context = Context.current();
  const { signal, cancelRequested } = cancellation();
  const cut = new AbortController();
  const isOutOfTime = (): boolean => context.cancellationDetails?.timedOut === true;
  signal.addEventListener('abort', () => {
    if (!isOutOfTime()) cut.abort();
  });
  return { givenUp: { signal: cut.signal, cancelRequested }, isOutOfTime };
}

function endedOf(flights: InFlight, key: string, flight: Flight): Ending[] {
  const ending = flight.ending();
  if (ending === undefined) return [];
  flights.take(key);
  return [ending];
}

async function atMost(ms: Ms, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}
