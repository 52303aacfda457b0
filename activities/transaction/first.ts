/**
 * Owns the first round of prepares where it is part of the workflow's first task: a local activity, over as soon as everyone has answered,
 * and at its bound whatever is open. It has no heartbeat: were its worker gone, so would be the task.
 *
 * I4: a request that is open at the bound stays so, for the round's activity to find (`inFlight.ts`).
 */
import { type Ending } from '../../src/protocol/transaction/events';
import { type CallInput, type FirstRoundInput } from '../../src/protocol/transaction/steps';
import { type Sender, sendOne } from './call';
import { cancellation } from './cancellation';
import { type Flight, type InFlight, flightKey } from './inFlight';

export function firstActivity(
  sender: Sender,
  flights: InFlight,
): (input: FirstRoundInput) => Promise<Ending[]> {
  return async ({ calls, withinMs, ...rest }) => {
    const whose = cancellation();
    const begun = calls.map((call: CallInput) => {
      const key = flightKey(call);
      const send = { ...rest, phase: 'prepare', attempt: 1, call } as const;
      const flight = flights.begin(key, given => sendOne(sender, { ...send, ...given }));
      flight.follow(whose);
      return { key, flight };
    });
    await atMost(withinMs, Promise.all(begun.map(({ flight }) => flight.ended)));
    return begun.flatMap(({ key, flight }) => endedOf(flights, key, flight));
  };
}

function endedOf(flights: InFlight, key: string, flight: Flight): Ending[] {
  const ending = flight.ending();
  if (ending === undefined) return [];
  flights.take(key);
  return [ending];
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<void>(resolve => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([work, bound]);
  } finally {
    clearTimeout(timer);
  }
}
