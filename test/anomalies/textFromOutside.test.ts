/**
 * What participants, operators and whoever reaches Temporal say is shown to people, and is obeyed by nothing: it becomes no link
 * in the Web UI, begins no line of log, and sends a terminal nothing. In the real Web UI, its renderer included.
 */
import { createLog } from '../../src/telemetry/log';
import { workflowLog } from '../support/coordinator';
import { quick } from '../support/quick';
import { signal, temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';

const world = useWorld({ limits: quick });

const evil =
  '\u009b31mred\u202egnol\u2028 \u001b[2J http://evil.example/x www.evil.example mailto:e@evil.example';
const newLine = '\n{"level":"error","msg":"forged"}';
const lock = 'mailto:lock@evil.example';
/** Nothing that a terminal obeys, and nothing that is not seen. */
const seen = /^[\n\x20-\x7e]*$/;

it('of votes, signals, authors, reasons and lock names', async () => {
  const { dtc, participants } = world;
  participants.on('no', ({ phase }) =>
    phase === 'prepare' ? response => response.end(JSON.stringify({ vote: `n${evil}` })) : 503,
  );
  const locks = [{ resource: lock, mode: 'exclusive' }];
  const patient = { timeoutMs: 30_000, lockTimeoutMs: 20_000 };
  const asked = [participants.url('no'), participants.url('yes')];
  const { id } = await dtc.start({ participants: asked, locks, ...patient });
  await dtc.until(id, d => d.needsAttention);
  const handle = dtc.client.workflow.getHandle(id);
  await handle.signal(`rollback${evil}${newLine}`, { by: `ann${evil}${newLine}` });
  await signal(id, 'abort', { by: `bob${evil}`, reason: `because${evil}${newLine}` });
  await dtc.act(id, 'resolve', {
    participant: 'p1',
    outcome: 'unknown',
    reason: 'see http://evil.example/y',
  });
  await handle.signal('abort', { by: 'last' });
  const ended = await dtc.until(id, d => d.endedAt !== undefined && d.actions?.length === 4);
  expect(ended.reason?.detail).toContain('n<U+009B>31mred<U+202E>gnol<U+2028> <U+001B>[2J http://evil');

  const raw = await (await fetch(`${dtc.url}/transactions/${id}`)).text();
  expect(raw).toMatch(seen);
  for (const each of lines(ended)) expect(each).toMatch(/^[\x20-\x7e]*$/);

  const linesOf = (): typeof workflowLog =>
    workflowLog.filter(({ fields }) => fields['transactionId'] === id);
  await eventually(() => linesOf().some(({ message }) => message === 'ended rolledback')); // the SDK writes them in batches
  const logged = linesOf();
  expect(logged.length).toBeGreaterThan(4);
  for (const { message, fields } of logged)
    expect([message, ...lines(fields)].join(' ')).toMatch(/^[\x20-\x7e]*$/);

  const details = await temporalWorkflow('metadata', id);
  expect(details.replaceAll('\u00a0', ' ')).toMatch(seen); // our own, between columns
  await expectNoLink(JSON.parse(await temporalWorkflow('metadata', id, '-o', 'json')) as object);
  const { summaries } = await summariesOf(id);
  expect(summaries).toContain('mailto\\:lock@evil.example');
  await expectNoLink(summaries);
  const ofLock = await summariesOf(`lock:${lock}`);
  expect(ofLock.summaries).toContain('lock on mailto\\:lock@evil.example');
  await expectNoLink(ofLock.summaries);
});

it('of problem documents: what a client sent comes back harmless', async () => {
  const { dtc } = world;
  const asked = [
    await fetch(`${dtc.url}/transactions/${encodeURIComponent(`x${evil}`)}`),
    await fetch(`${dtc.url}/locks?${encodeURIComponent(`x${evil}`)}=1`),
    await dtc.post({ participants: [`http://a/${evil}`] }),
    await dtc.post({ participants: ['http://a/prepare'], [`x${evil}`]: 1 }),
    await dtc.post(['http://a/prepare'], { 'idempotency-key': 'x y' }),
  ];
  for (const answer of asked) {
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const text = await answer.text();
    expect(text).toMatch(seen);
    for (const each of lines(JSON.parse(text))) expect(each).toMatch(/^[\x20-\x7e]*$/);
  }
});

it('of a log line, whatever wrote it', () => {
  const written: string[] = [];
  const log = createLog('info', { write: line => void written.push(line) });
  log.warn(
    { by: evil, nested: { reasons: [evil + newLine] }, err: new Error(evil + newLine) },
    `a${evil}${newLine}`,
  );
  expect(written).toHaveLength(1);
  expect(written[0]?.trimEnd()).toMatch(/^[\x20-\x7e]*$/);
  const line = JSON.parse(written[0] ?? '') as { msg: string; nested: { reasons: string[] } };
  expect(line.msg).toContain('<U+009B>31mred');
  expect(line.msg).not.toContain('\n');
  expect(line.nested.reasons[0]).toContain('<U+202E>');
});

/** Every text in it. */
function lines(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(lines) : [];
}

/** As the Web UI makes a page of it. */
async function expectNoLink(markdown: unknown): Promise<void> {
  for (const text of lines(markdown)) {
    const url = `${process.env['TEST_TEMPORAL_UI'] ?? ''}/render?content=${encodeURIComponent(text)}`;
    const page = await (await fetch(url)).text();
    expect(page).toContain('<main>');
    expect(page).not.toMatch(/<a\b|<img\b/);
  }
}

/** What stands in history for people to read: of the workflow, and of each of its activities and timers. */
async function summariesOf(id: string): Promise<{ readonly summaries: readonly string[] }> {
  const { events } = await world.dtc.client.workflow.getHandle(id).fetchHistory();
  const payloads = (events ?? []).map(each => each.userMetadata?.summary?.data);
  const texts = payloads.flatMap(data => (data == null ? [] : [Buffer.from(data).toString()]));
  return { summaries: texts.map(text => JSON.parse(text) as string) };
}
