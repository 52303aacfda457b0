/** Owns what is ordered: by a seed, orders of every kind that a client may give. */
import { type Random, chance, pick } from '../../src/testing/random';
import { type Order, type Share } from '../evidence';
import { counters } from '../participant/ledgers';
import { tooMany } from '../world/python';
import { type Service } from '../world/world';

export interface Ordered extends Order {
  /** Of `POST /transactions`. */
  readonly body: object;
  readonly aborts: boolean;
  readonly watches: boolean;
}

export const resources = ['seat/1', 'seat/2', 'account/7', 'account/8'] as const;

interface Ordering {
  readonly random: Random;
  readonly services: readonly Service[];
  readonly receiver: string;
}

export function nextOrder(nth: number, { random, services, receiver }: Ordering): Ordered {
  const order = `o${nth}`;
  const taking = services.filter(() => chance(random, 0.75));
  const part = taking.length < 2 ? services.slice(0, 2) : taking;
  const refuser = chance(random, 0.1) ? part[Math.floor(random() * part.length)] : undefined;
  const shares = sharesOf(part, 1 + Math.floor(random() * 5));
  const locks = chance(random, 0.3) ? lockedBy(random) : [];
  const notify = chance(random, 0.25) ? ['outcome', 'end'] : [];
  const key = chance(random, 0.5) ? { key: `key-${order}` } : {};
  const participants = part.map(service => ({
    name: service.name,
    url: `${service.url}/prepare`,
    payload: payloadOf(service, {
      order,
      shares,
      counter: Math.floor(random() * counters),
      refuses: service === refuser,
    }),
  }));
  const modes = locks.map(resource => ({ resource, mode: 'exclusive' }));
  return {
    ...{ kind: 'order', at: Date.now(), order, shares, locks, notify, ...key },
    aborts: chance(random, 0.08),
    watches: chance(random, 0.2),
    body: {
      participants,
      ...(locks.length === 0 ? {} : { locks: modes }),
      ...(notify.length === 0 ? {} : { notify: { url: receiver, on: notify } }),
    },
  };
}

function lockedBy(random: Random): string[] {
  const first = pick(random, resources);
  const second = pick(random, resources);
  return first === second ? [first] : [first, second];
}

/** Money is moved, so that what the ledgers gain and lose is nothing in all; seats are taken besides. */
function sharesOf(services: readonly Service[], amount: number): Share[] {
  const ledgers = services.filter(({ isSeats }) => !isSeats);
  return services.map(service => {
    const { name: participant } = service;
    if (service.isSeats) return { participant, amount };
    const isGiver = service === ledgers[0];
    return { participant, amount: isGiver ? -amount * (ledgers.length - 1) : amount };
  });
}

interface Payload {
  readonly order: string;
  readonly shares: readonly Share[];
  readonly counter: number;
  readonly refuses: boolean;
}

function payloadOf({ name, isSeats }: Service, { order, shares, counter, refuses }: Payload): object {
  const amount = shares.find(({ participant }) => participant === name)?.amount ?? 0;
  if (isSeats) return { order, seats: refuses ? tooMany : amount };
  return { order, amount, counter, ...(refuses ? { refuse: true } : {}) };
}
