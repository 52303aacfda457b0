/**
 * What `/openapi.json` says of the requests that the coordinator sends, compared with those that participants and receivers of
 * notifications really get, and of their answers with what the coordinator takes them for.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { type OpenApiDocument, type OperationObject } from '../../src/api/openapi/document';
import { describedOnce } from '../../src/api/openapi/routes';
import { readConfig } from '../../src/config/readConfig';
import { readReceipt } from '../../src/protocol/notification/answers';
import { type Reply, readCompletion, readVote } from '../../src/protocol/wire/answers';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Traces } from '../../src/telemetry/traces/contract';
import { openTraces } from '../../src/telemetry/traces/open';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { Schemas } from '../support/documented';
import { withEnvironment } from '../support/environment';
import { silentLog } from '../support/silentLog';
import { type Participants, startParticipants } from '../support/participants';
import { type Receivers, startReceivers } from '../support/receivers';
import { until } from '../support/until';
import { type Collector, startCollector } from '../traces/collector';

const { document } = describedOnce(readConfig({}));
const webhooks = Object.entries(document.webhooks).map(([name, { post }]) => {
  if (post === undefined) throw new Error(`${name} is no POST`);
  return { name, operation: post };
});

function operationOf(name: string, { webhooks: all }: OpenApiDocument = document): OperationObject {
  const operation = all[name]?.post;
  if (operation === undefined) throw new Error(`${name} is not described`);
  return operation;
}

it('they are those of the phases and of the events', () => {
  expect(webhooks.map(({ name }) => name)).toEqual([
    ...['prepare', 'commit', 'rollback'],
    ...['transaction.outcome', 'transaction.attention', 'transaction.end'],
  ]);
});

describe('what is sent', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  let dtc: TestCoordinator;
  let participants: Participants;
  let receivers: Receivers;
  let collector: Collector;
  let traces: Traces | undefined;
  let served: OpenApiDocument;
  let schemas: Schemas;

  beforeAll(async () => {
    [participants, receivers] = await Promise.all([startParticipants(), startReceivers(secret)]);
    collector = await startCollector();
    traces = withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, () =>
      openTraces({ protocol: 'http/json' }, silentLog()),
    );
    dtc = await startCoordinator({
      env: { DTC_SIGNING_SECRET: secret, DTC_PUBLIC_URL: 'http://dtc.example' },
      limits: { completionAttempts: 1 },
      ...(traces === undefined ? {} : { traces }),
    });
    served = (await (await fetch(`${dtc.url}/openapi.json`)).json()) as OpenApiDocument;
    schemas = new Schemas(served);
  });
  afterAll(async () => {
    await dtc.close();
    await traces?.close();
    await Promise.all([participants.close(), receivers.close(), collector.close()]);
  });

  interface Sent {
    readonly headers: IncomingHttpHeaders;
    readonly body: unknown;
  }

  /** @returns what is not as described */
  function wrongIn(name: string, { headers, body }: Sent): string[] {
    const { parameters = [], requestBody } = operationOf(name, served);
    const described = parameters.map(each => each.name);
    const missing = parameters.filter(each => each.required && headers[each.name] === undefined);
    const strangers = Object.keys(headers).filter(each => ![...ofHttp, ...described].includes(each));
    const media = requestBody?.content[headers['content-type'] ?? ''];
    return [
      ...missing.map(each => `${name}: the header ${each.name} is missing`),
      ...strangers.map(each => `${name}: the header ${each} is not described`),
      ...(media === undefined ? [`${name}: its content-type is not described`] : []),
      ...schemas.check(media?.schema ?? {}, body).map(what => `${name}: ${what}`),
    ];
  }

  const ofHttp = ['host', 'connection', 'content-length', 'content-type', 'accept-encoding'];

  const traced = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, tracestate: 'vendor=a1' };

  /** All that may be in a request is in one of its. */
  async function play(): Promise<{ readonly id: string; readonly rolledBack: string }> {
    const notify = { url: receivers.url('shop'), on: ['outcome', 'attention', 'end'] };
    const more = {
      notify,
      locks: [{ resource: `sent/${randomBytes(6).toString('hex')}`, mode: 'exclusive' }],
      labels: { order: '7' },
    };
    participants.on('late', ({ phase, nth }) => (phase === 'commit' && nth < 3 ? 503 : 200));
    participants.on('no', ({ phase }) => (phase === 'prepare' ? 409 : 200));
    const payload = { card: { number: '4111', digits: [1, 2] } };
    const [{ id }, { id: rolledBack }] = await Promise.all([
      dtc.start({ ...more, participants: [{ url: participants.url('late'), payload }] }, traced),
      dtc.start({ participants: [participants.url('a'), participants.url('no')], notify }, traced),
    ]);
    for (const each of [id, rolledBack]) await dtc.until(each, ({ endedAt }) => endedAt !== undefined);
    await until(
      () => [...receivers.of(id), ...receivers.of(rolledBack)],
      all => all.length >= 5,
    );
    return { id, rolledBack };
  }

  it('is as described, and everything that is described is sent', async () => {
    const { id, rolledBack } = await play();
    const requests = [id, rolledBack].flatMap(each => participants.requests(each));
    const deliveries = [id, rolledBack].flatMap(each => receivers.of(each));
    const sent = [
      ...requests.map(({ phase, headers, body }) => ({ name: phase, headers, body })),
      ...deliveries.map(({ type, headers, text }) => ({ name: type, headers, body: parsed(text) })),
    ];
    expect(sent.flatMap(each => wrongIn(each.name, each))).toEqual([]);

    const missed = webhooks.flatMap(({ name, operation: { parameters = [] } }) => {
      const its = sent.filter(each => each.name === name);
      const unsent = parameters.filter(each => its.every(({ headers }) => headers[each.name] === undefined));
      return unsent.map(each => `${name}: ${each.name}`);
    });
    expect(missed).toEqual([]);
    const members = new Set(
      requests.flatMap(({ phase, body }) => Object.keys(body).map(m => `${phase} ${m}`)),
    );
    for (const phase of ['prepare', 'commit'])
      for (const member of membersOf(phase)) expect(members).toContain(`${phase} ${member}`);
  });

  it('is found to be otherwise where it is', async () => {
    const { rolledBack } = await play();
    const [request] = participants.requests(rolledBack, 'no', 'prepare');
    const [delivery] = receivers.of(rolledBack);
    if (request === undefined || delivery === undefined) throw new Error('nothing was sent');
    const { headers, body } = request;
    const { decideBy, ...late } = body;
    expect(typeof decideBy).toBe('string');
    expect(wrongIn('prepare', { headers, body: late }).join()).toMatch(/required property 'decideBy'/);
    expect(wrongIn('commit', { headers, body }).join()).toMatch(/phase must be equal to constant/);
    expect(wrongIn('prepare', { headers, body: { ...body, colour: 1 } }).join()).toMatch(/\(colour\)/);
    expect(wrongIn('prepare', { headers: { ...headers, 'x-new': '1' }, body })).toEqual([
      'prepare: the header x-new is not described',
    ]);
    const told = { headers: delivery.headers, body: parsed(delivery.text) };
    expect(wrongIn('transaction.attention', told).join()).toMatch(/type must be equal to constant/);
  });

  function membersOf(phase: string): string[] {
    const { schema } = operationOf(phase).requestBody?.content['application/json'] ?? { schema: {} };
    const { $ref } = schema as { readonly $ref: string };
    const { properties } = document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {};
    return Object.keys(properties as object);
  }
});

function parsed(text: string): unknown {
  return JSON.parse(text);
}

describe('what is answered', () => {
  const statuses = Array.from({ length: 400 }, (_, index) => 200 + index);
  const flags = [false, true];

  const toCompletion = (phase: 'commit' | 'rollback') => (reply: Reply) =>
    flags.flatMap(votedYes =>
      flags.flatMap(everyPrepareRefused =>
        flags.flatMap(mayHaveRolledBack =>
          flags.map(conflictMeansCommitted => {
            const known = { votedYes, everyPrepareRefused, mayHaveRolledBack, conflictMeansCommitted };
            return readCompletion(reply, { phase, ...known }).is;
          }),
        ),
      ),
    );

  const bodies = [undefined, '{"vote":"no"}'];
  const meanings: Readonly<Record<string, (reply: Extract<Reply, { kind: 'answer' }>) => string[]>> = {
    prepare: reply => bodies.map(body => readVote({ ...reply, ...(body === undefined ? {} : { body }) }).is),
    commit: toCompletion('commit'),
    rollback: toCompletion('rollback'),
    'transaction.outcome': reply => [readReceipt(reply).is],
    'transaction.attention': reply => [readReceipt(reply).is],
    'transaction.end': reply => [readReceipt(reply).is],
  };

  /** How each is said. That it was not to be had means, in every phase, that it is asked again. */
  const words: Readonly<Record<string, RegExp>> = {
    yes: /^yes\b/i,
    no: /(?:^|; )no\b/i,
    done: /^done\b/i,
    foundCommitted: /; found committed,/,
    delivered: /^delivered\b/i,
    gone: /^gone\b/i,
    again: /(?<!not sent )\bagain\b/i,
  };

  it.each(webhooks.map(({ name }) => name))('to %s means what is described, of every status', name => {
    const { responses } = operationOf(name);
    const otherwise = statuses.flatMap(status => {
      const kind = `${String(status).charAt(0)}XX`;
      const described = responses[status] ?? responses[kind] ?? responses['default'];
      if (described === undefined) return [`${status} is not described`];
      const read = meanings[name]?.({ kind: 'answer', status }) ?? [];
      const meant = new Set(read.map(each => (each === 'unavailable' ? 'again' : each)));
      const first = firstOf(described.description);
      const said = Object.keys(words).filter(each => words[each]?.test(first) === true);
      const same = said.length === meant.size && said.every(each => meant.has(each));
      return same ? [] : [`${status}: means ${[...meant].join()}, is said to mean ${said.join()}`];
    });
    expect(otherwise).toEqual([]);
  });

  /** What follows a full stop says more, and nothing of its meaning. */
  function firstOf(description: string): string {
    return description.split('. ', 1)[0] ?? '';
  }
});

it('PROTOCOL names the headers and members that are described', () => {
  const protocol = readFileSync(join(__dirname, '../../docs/PROTOCOL.md'), 'utf8');
  const begin = protocol.indexOf('\n### Requests\n');
  const requests = protocol.slice(begin, protocol.indexOf('\n### Answers\n'));
  const notifications = protocol.slice(protocol.indexOf('\n### Notifications\n'));
  const told = notifications.slice(0, notifications.indexOf('\n### ', 1));
  const unnamed = webhooks.flatMap(({ name, operation: { parameters = [], tags } }) => {
    const text = tags.includes('Notifications') ? told + requests : requests;
    return parameters.filter(each => !text.includes(`\`${each.name}\``)).map(each => `${name}: ${each.name}`);
  });
  expect(unnamed).toEqual([]);
  const bodies: Readonly<Record<Phase, string>> = {
    prepare: 'PrepareCall',
    commit: 'CommitCall',
    rollback: 'RollbackCall',
  };
  const members = Object.values(bodies).flatMap(id =>
    Object.keys(document.components.schemas[id]?.['properties'] as object),
  );
  for (const member of members) expect(requests).toContain(`\`${member}\``);
});
