/** The checker of `npm run chaos` finds each kind of violation that is planted into the log of a good run, and nothing in the good one. */
import { check } from '../../chaos/checker/check';
import { type Rule, rules } from '../../chaos/checker/violation';
import { type Evidence, type Seen, type Settled, type Told } from '../../chaos/evidence';

const pending: Seen = { status: 'pending', state: 'committing', decision: 'commit', ended: false };
const committed: Seen = { status: 'committed', state: 'committed', decision: 'commit', ended: true };
const rolledBack: Seen = { status: 'rolledback', state: 'rolledback', decision: 'rollback', ended: true };

interface Story {
  readonly order: string;
  readonly id: string;
  readonly from: number;
  readonly commits: boolean;
  readonly token: number;
}

const both = ['north', 'south'] as const;

/** An order by a key, with a lock, a watcher and a notification, at two participants. */
function story({ order, id, from, commits, token }: Story): Told[] {
  const last = commits ? committed : rolledBack;
  const phase = commits ? 'commit' : 'rollback';
  const locks = [{ resource: 'seat', fencingToken: token }];
  const amounts = { north: -5, south: 5 };
  const shares = both.map(participant => ({ participant, amount: amounts[participant] }));
  const call = { kind: 'call', id, order, locks } as const;
  const event = { kind: 'event', stream: from, id } as const;
  return [
    { kind: 'order', at: from, order, shares, key: `key-${order}`, locks: ['seat'], notify: ['outcome'] },
    ...both.flatMap((participant): Told[] => [
      { ...call, participant, at: from + 10, is: 'received', phase: 'prepare', nth: `${order} 1` },
      { ...call, participant, at: from + 20, is: 'answered', phase: 'prepare', nth: `${order} 1`, http: 200 },
      { ...call, participant, at: from + 30, is: 'received', phase, nth: `${order} 2` },
      { ...call, participant, at: from + 40, is: 'answered', phase, nth: `${order} 2`, http: 200 },
    ]),
    {
      ...{ kind: 'start', at: from + 25, askedAt: from, order, api: 'api-1', http: 201, id },
      seen: commits ? pending : { ...pending, decision: null },
    },
    { kind: 'read', at: from + 50, askedAt: from + 45, id, api: 'api-2', http: 200, seen: last },
    { ...event, at: from + 50, event: 'transaction', seen: last },
    { ...event, at: from + 51, event: 'end', seen: { ...last, ended: false } },
    { kind: 'notification', at: from + 60, webhookId: id, type: 'transaction.outcome', id, seen: last },
  ];
}

const good: Evidence = {
  told: [
    ...story({ order: 'o1', id: 't1', from: 1_000, commits: true, token: 7 }),
    ...story({ order: 'o2', id: 't2', from: 2_000, commits: false, token: 8 }),
  ],
  books: [
    { participant: 'north', counter: -5, rows: [{ order: 'o1', id: 't1', amount: -5 }], prepared: [] },
    { participant: 'south', counter: 5, rows: [{ order: 'o1', id: 't1', amount: 5 }], prepared: [] },
  ],
  locksLeft: [],
};

type Plant = (evidence: Evidence) => Evidence;

const also =
  (...more: Told[]): Plant =>
  evidence => ({ ...evidence, told: [...evidence.told, ...more] });

const changed =
  (change: (told: Told) => Told | undefined): Plant =>
  evidence => ({ ...evidence, told: evidence.told.flatMap(each => change(each) ?? []) });

/** In the books of the second participant. */
const inSouth =
  (change: (south: Evidence['books'][number]) => Partial<Evidence['books'][number]>): Plant =>
  evidence => ({
    ...evidence,
    books: evidence.books.map(each => (each.participant === 'south' ? { ...each, ...change(each) } : each)),
  });

const read = { kind: 'read', at: 1_200, askedAt: 1_190, id: 't1', api: 'api-1', http: 200 } as const;
const call = { kind: 'call', participant: 'north', locks: [], is: 'received', nth: 'late' } as const;
const paid = { order: 'o1', id: 't1', amount: 5 };
const refused = { kind: 'start', at: 3_001, askedAt: 3_000, order: 'o3', api: 'api-1', http: 503 } as const;
const third: Told = { kind: 'order', at: 3_000, order: 'o3', shares: [], locks: [], notify: [] };

const planted: Readonly<Record<Rule, Plant>> = {
  'partial commit': inSouth(() => ({ rows: [], counter: 0 })),
  'double commit': inSouth(() => ({ rows: [paid, paid], counter: 10 })),
  'lost commit': evidence => ({
    ...evidence,
    books: evidence.books.map(each => ({ ...each, rows: [], counter: 0 })),
  }),
  'commit of nothing': evidence => ({
    ...evidence,
    books: evidence.books.map(each => {
      const amount = each.participant === 'north' ? -5 : 5;
      return { ...each, counter: 2 * amount, rows: [...each.rows, { order: 'o2', id: 't2', amount }] };
    }),
  }),
  books: inSouth(() => ({ counter: 6 })),
  'status changed': also({ ...read, seen: { ...pending } }),
  'decision changed': also({ ...read, seen: { ...committed, decision: 'rollback' } }),
  'accepted and gone': also({ ...read, http: 404 }),
  'one key, two transactions': also(
    {
      kind: 'start',
      at: 1_300,
      askedAt: 1_290,
      order: 'o1',
      api: 'api-2',
      http: 201,
      id: 't9',
      seen: pending,
    },
    { ...read, id: 't9', seen: committed },
  ),
  'ran though nothing was started': also(
    third,
    { ...refused, problem: 'overloaded' },
    { ...call, at: 3_100, id: 't3', order: 'o3', phase: 'prepare' },
  ),
  'commit without all votes': changed(told =>
    told.kind === 'call' && told.id === 't1' && told.participant === 'south' && told.http === 200
      ? { ...told, http: 503 }
      : told,
  ),
  'rollback after commit': also({ ...call, at: 1_100, id: 't1', order: 'o1', phase: 'rollback' }),
  'commit after rollback': also({ ...call, at: 2_100, id: 't2', order: 'o2', phase: 'commit' }),
  'vote after rollback': also(
    { ...call, at: 2_100, id: 't2', order: 'o2', phase: 'prepare' },
    { ...call, at: 2_110, id: 't2', order: 'o2', phase: 'prepare', is: 'answered', http: 200 },
  ),
  'locks overlap': changed(told =>
    told.kind === 'call' && told.id === 't1' && told.phase === 'commit' && told.is === 'answered'
      ? { ...told, at: 2_015 }
      : told,
  ),
  'fencing token': changed(told =>
    told.kind === 'call' && told.id === 't2'
      ? { ...told, locks: [{ resource: 'seat', fencingToken: 7 }] }
      : told,
  ),
  'left prepared': inSouth(() => ({ prepared: ['t2'] })),
  'left pending': also(
    { ...third },
    { ...refused, http: 201, id: 't3', seen: { ...pending, decision: null } },
  ),
  'left locked': evidence => ({ ...evidence, locksLeft: [{ resource: 'seat', by: ['t2'] }] }),
  'notification lost': changed(told => (told.kind === 'notification' && told.id === 't1' ? undefined : told)),
  'notification untrue': changed(told => (told.kind === 'notification' ? { ...told, seen: pending } : told)),
  'event lost': changed(told =>
    told.kind === 'event' && told.event === 'transaction' && told.id === 't1'
      ? { ...told, seen: pending }
      : told,
  ),
  heuristic: also({ ...read, seen: { ...committed, heuristic: 'mixed' } }),
};

it('finds one left pending of which nobody was told, where somebody has read it', () => {
  const unheard = also(third, { ...read, id: 't3', seen: pending });
  expect(check(unheard(good)).map(({ rule }) => rule)).toEqual(['left pending']);
});

it('finds nothing in what a good run leaves behind', () => {
  expect(check(good)).toEqual([]);
});

it.each(rules)('finds a planted violation: %s', rule => {
  const found = new Set(check(planted[rule](good)).map(each => each.rule));
  expect(found).toContain(rule);
});

it('takes an answer that was asked for before the outcome was known for what it may be: older', () => {
  expect(check(also({ ...read, askedAt: 1_040, seen: pending })(good))).toEqual([]);
});

it('finds no fault with a start that was refused and never ran', () => {
  expect(check(also(third, { ...refused, problem: 'engine-unavailable' })(good))).toEqual([]);
});

const byHand = {
  kind: 'settled',
  askedAt: 1_035,
  at: 1_036,
  id: 't1',
  participant: 'south',
  said: 'said',
} as const;
const mixed: Told = { ...read, seen: { ...committed, heuristic: 'mixed' } };
const hazard: Told = { ...read, seen: { ...committed, heuristic: 'hazard' } };

it.each([
  ['mixed', mixed, 'rolledback'],
  ['hazard', hazard, 'unknown'],
] as const)('takes %s for told where a person has said so by hand', (_, told, outcome) => {
  expect(check(also({ ...byHand, outcome }, told)(good))).toEqual([]);
});

it.each([
  ['mixed, of an outcome that was the decision', mixed, 'committed'],
  ['mixed, of one that nobody knows', mixed, 'unknown'],
  ['hazard, of one that was known', hazard, 'rolledback'],
] as const)('finds a heuristic that nobody made: %s', (_, told, outcome) => {
  expect(check(also({ ...byHand, outcome }, told)(good)).map(({ rule }) => rule)).toEqual(['heuristic']);
});

it('takes a heuristic for told where nobody knows whether it was said, and for made up where Temporal refused it', () => {
  const settled = (said: Settled['said']): Rule[] =>
    check(also({ ...byHand, outcome: 'rolledback', said }, mixed)(good)).map(({ rule }) => rule);
  expect(settled('unknown')).toEqual([]);
  expect(settled('refused')).toEqual(['heuristic']);
});

it('counts whom a person has settled once nothing is prepared there any more', () => {
  const behind = inSouth(() => ({ rows: [], counter: 0, prepared: ['t1'] }));
  const settled = also({ ...byHand, outcome: 'unknown' });
  const found = (evidence: Evidence): Rule[] => check(settled(evidence)).map(({ rule }) => rule);
  expect(found(behind(good))).toEqual(['left prepared']);
  expect(found(planted['partial commit'](good))).toContain('partial commit');
});

it('takes a lock for free of whom a person has settled', () => {
  const unanswered = changed(told =>
    told.kind === 'call' && told.id === 't1' && told.participant === 'south' && told.phase === 'commit'
      ? { ...told, http: 503 }
      : told,
  );
  expect(check(unanswered(good)).map(({ rule }) => rule)).toContain('locks overlap');
  expect(check(also({ ...byHand, outcome: 'committed' })(unanswered(good)))).toEqual([]);
  const refused = also({ ...byHand, outcome: 'committed', said: 'refused' });
  expect(check(refused(unanswered(good))).map(({ rule }) => rule)).toContain('locks overlap');
});

describe('of what Temporal has spoiled as it was paused', () => {
  const spoiled = (workflowId: string): Plant => also({ kind: 'spoiled', at: 1_031, workflowId });
  const found = (evidence: Evidence): Rule[] => check(evidence).map(({ rule }) => rule);
  const noEnd = changed(told =>
    told.kind === 'notification' && told.id === 't1' ? undefined : told.kind === 'event' ? undefined : told,
  );
  const left = (by: readonly string[]): Plant => {
    const locksLeft = [{ resource: 'seat', by }];
    return evidence => ({ ...evidence, locksLeft });
  };
  const all = (...plants: readonly Plant[]): Evidence => plants.reduce((so, plant) => plant(so), good);
  /** Decided and told of, but of the second participant, which keeps it prepared. */
  const half = inSouth(() => ({ rows: [], counter: 0, prepared: ['t1'] }));
  const unread = also(
    { ...third },
    { ...refused, http: 201, id: 't3', seen: { ...pending, decision: null } },
  );

  it("takes for Temporal's what a transaction leaves behind", () => {
    expect(
      found(
        all(
          unread,
          left(['t3']),
          inSouth(() => ({ prepared: ['t3'] })),
          spoiled('t3'),
        ),
      ),
    ).toEqual([]);
    expect(found(all(half, noEnd, left(['t1']), spoiled('t1')))).toEqual([]);
  });

  it('finds the same of another that waits as if it were', () => {
    const another = spoiled('t2');
    expect(found(all(unread, another))).toEqual(['left pending']);
    expect(found(all(half, another))).toEqual(['partial commit', 'lost commit', 'left prepared']);
    expect(found(all(noEnd, another))).toEqual(['notification lost']);
    expect(found(all(left(['t1']), another))).toEqual(['left locked']);
  });

  it('finds a lock that others have beside it, or nobody', () => {
    expect(found(all(left(['t3', 't1']), spoiled('t3')))).toEqual(['left locked']);
    expect(found(all(left([]), spoiled('t3')))).toEqual(['left locked']);
  });

  it('takes a lock that is spoiled for one that nobody can release, and who waits for it ends all the same', () => {
    expect(found(all(left([]), spoiled('lock:seat')))).toEqual([]);
    expect(found(all(left([]), spoiled('lock:room')))).toEqual(['left locked']);
    expect(found(all(unread, spoiled('lock:seat')))).toEqual(['left pending']);
  });

  it('counts all the same', () => {
    const forgotten = inSouth(() => ({ rows: [], counter: 0 }));
    expect(found(all(forgotten, spoiled('t1')))).toEqual(['partial commit', 'lost commit']);
    const twice = inSouth(() => ({ rows: [paid, paid], counter: 10 }));
    expect(found(all(twice, spoiled('t1')))).toEqual(['double commit']);
    const status = also({ ...read, seen: { ...rolledBack } });
    expect(found(all(status, spoiled('t1')))).toContain('status changed');
  });
});
