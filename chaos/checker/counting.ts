/**
 * Owns counting: an order that was committed is one row at each of its participants, any other none, and counters are what rows sum up to.
 *
 * Whom a person has settled by hand the coordinator tells no more: that one asks how it came out, and is counted once it keeps nothing
 * prepared any more (which `end` demands). Of a transaction that Temporal has spoiled nobody is counted who keeps that very one prepared.
 */
import { type Evidence, type Order } from '../evidence';
import { type Known } from './knowledge';
import { type Violation } from './violation';

export function counting(evidence: Evidence, known: Known): Violation[] {
  return [...countRows(evidence, known), ...sumUp(evidence)];
}

/** Rows of each order at each participant. */
function countRows({ books }: Evidence, known: Known): Violation[] {
  const undecided = new Set(
    [...known.orderOf].flatMap(([id, order]) => [
      ...known
        .settled(id)
        .filter(by => books.some(each => each.participant === by.participant && each.prepared.length > 0))
        .map(by => `${order} ${by.participant}`),
      ...books
        .filter(({ prepared }) => known.isSpoiled(id) && prepared.includes(id))
        .map(({ participant }) => `${order} ${participant}`),
    ]),
  );
  const counts = new Map<string, Map<string, number>>();
  const committedOrders = new Set(
    [...known.orderOf].filter(([id]) => known.outcome(id) === 'committed').map(([, order]) => order),
  );
  for (const { participant, rows } of books)
    for (const { order } of rows) {
      const at = counts.get(order) ?? new Map<string, number>();
      counts.set(order, at.set(participant, (at.get(participant) ?? 0) + 1));
    }
  const unknown = [...counts.keys()].filter(order => !known.orders.has(order));
  return [
    ...unknown.map((order): Violation => ({
      rule: 'commit of nothing',
      what: `rows of ${order}, which nobody ordered`,
    })),
    ...[...known.orders.values()].flatMap(order => {
      const shares = order.shares.filter(each => !undecided.has(`${order.order} ${each.participant}`));
      return judge(
        { ...order, shares },
        counts.get(order.order) ?? new Map(),
        committedOrders.has(order.order),
      );
    }),
  ];
}

function judge(
  { order, shares }: Order,
  counts: ReadonlyMap<string, number>,
  isCommitted: boolean,
): Violation[] {
  const told = [...shares.map(({ participant }) => `${participant} ${counts.get(participant) ?? 0}`)].join(
    ', ',
  );
  const found: Violation[] = [];
  const having = shares.filter(({ participant }) => (counts.get(participant) ?? 0) > 0);
  if ([...counts.values()].some(count => count > 1))
    found.push({ rule: 'double commit', what: `${order}: ${told}` });
  if (having.length > 0 && having.length < shares.length)
    found.push({ rule: 'partial commit', what: `${order}: ${told}` });
  if (isCommitted && having.length < shares.length)
    found.push({ rule: 'lost commit', what: `${order} is committed: ${told}` });
  if (!isCommitted && having.length > 0)
    found.push({ rule: 'commit of nothing', what: `${order} was never said to be committed: ${told}` });
  return found;
}

function sumUp({ books, told }: Evidence): Violation[] {
  const shares = new Map(
    told.flatMap(each => (each.kind === 'order' ? [[each.order, each.shares] as const] : [])),
  );
  return books.flatMap(({ participant, counter, rows }): Violation[] => {
    const sum = rows.reduce((total, { amount }) => total + amount, 0);
    const wrong = rows.filter(
      ({ order, amount }) =>
        shares.get(order)?.find(each => each.participant === participant)?.amount !== amount,
    );
    return [
      ...(sum === counter
        ? []
        : [{ rule: 'books', what: `${participant}: its rows are ${sum}, its counter ${counter}` } as const]),
      ...wrong.map(
        ({ order }) => ({ rule: 'books', what: `${participant}: ${order} has another amount` }) as const,
      ),
    ];
  });
}
