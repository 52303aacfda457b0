/** What a coordinator's worker makes of the request of another program's workflow. */
import { acceptChild } from '../../src/coordinator/transaction/child';
import { readConfig } from '../../src/config/readConfig';
import { type Engine } from '../../src/engine/engine';
import { type ChildInput } from '../../src/protocol/transaction/asChild';
import { timedBody } from '../../src/protocol/wire/timedId';

const { limits } = readConfig({ DTC_MAX_BODY_BYTES: '1024' });
const engine = {
  limits,
  tag: 'abc',
  attributes: new Set(['StartedBy']),
  knowsCallers: true,
  hasWorker: true,
};
const idBody = timedBody(1_700_000_000_000, '0123456789abcdef0123');
const asked: ChildInput = { request: ['http://a/prepare'], idBody, parentType: 'order' };

function accept(input: object): {
  readonly answer: ReturnType<typeof acceptChild>;
  readonly started: unknown[];
} {
  const started: unknown[] = [];
  const may = { check: () => undefined };
  const tools = {
    ...{ engine: engine as unknown as Engine, outbound: may, receivers: may },
    onStart: (start: unknown) => started.push(start),
  };
  return { answer: acceptChild(tools, { ...asked, ...input }), started };
}

it('is counted once the start is seen in Temporal', () => {
  const { answer, started } = accept({});
  expect(answer).toMatchObject({ is: 'accepted', start: { id: `abc${idBody}`, input: { version: 1 } } });
  expect(started).toEqual([{ id: `abc${idBody}`, createdAt: expect.any(Number) as number, isKnown: false }]);
});

it.each([
  [
    'locks',
    { participants: ['http://a/prepare'], locks: [{ resource: 'a', mode: 'exclusive' }] },
    { version: 5 },
  ],
  [
    'notify',
    { participants: ['http://a/prepare'], notify: { url: 'http://b/' } },
    { version: 6, mayBeFast: false },
  ],
])('with %s has an input of which nothing is in its first task', (_what, request, input) => {
  expect(accept({ request }).answer).toMatchObject({ is: 'accepted', start: { input } });
});

it.each([
  [{}, 'workflow:order', 'workflow:order'],
  [{ parentType: 'or der"' }, 'workflow:or_der_', 'workflow:or_der_'],
  [{ startedBy: 'alice' }, 'alice', 'alice'],
  [{ startedBy: 'jwt:alice' }, 'jwt:alice', 'alice'],
])('%j is of "%s"', (input, owner, startedBy) => {
  const listed = [{ key: { name: 'StartedBy', type: 'KEYWORD' }, value: owner }];
  expect(accept(input).answer).toMatchObject({
    start: { memo: { owner, startedBy }, searchAttributes: listed },
  });
});

it.each([
  ['a name of nobody', { startedBy: 'a b' }, /startedBy/],
  ['a name that is no text', { startedBy: 7 }, /startedBy/],
  ['an id of another making', { idBody: 't1' }, /the id is none/],
  ['an id of a key', { idBody: `k${'0'.repeat(40)}` }, /the id is none/],
  ['nothing at all', { request: undefined }, /is required/],
  ['what is too long', { request: [{ url: 'http://a/prepare', payload: 'x'.repeat(1024) }] }, /1024 bytes/],
])('refuses %s', (_what, input, why) => {
  const { answer, started } = accept(input);
  expect(answer).toMatchObject({
    is: 'refused',
    problems: [{ pointer: '#', message: expect.stringMatching(why) as string }],
  });
  expect(started).toEqual([]);
});
