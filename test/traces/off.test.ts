/** A process without OpenTelemetry's variables, and one with those that it cannot use. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { newFolder } from '../devServer/fixture';
import { type Participants, startParticipants } from '../support/participants';
import { endProcesses, launchProcess, startProcess } from '../support/processes';
import { address, commit, together } from './processes';

let participants: Participants;

beforeAll(async () => {
  participants = await startParticipants();
});
afterEach(endProcesses);
afterAll(() => participants.close());

/** An interface without anything behind it, which the metrics' library asks for. */
const loadedAnyway = '/node_modules/@opentelemetry/api/';

it('loads nothing of OpenTelemetry where it is off, and leaves nothing of it in Temporal', async () => {
  const [preload, loaded] = [join(newFolder(), 'loaded.cjs'), join(newFolder(), 'loaded.json')];
  const told = `require('fs').writeFileSync(${JSON.stringify(loaded)}, JSON.stringify(Object.keys(require.cache)))`;
  writeFileSync(preload, `process.once('exit', () => { ${told}; });`);
  const settings = together({ NODE_OPTIONS: `--require ${preload}` });
  const dtc = await startProcess(settings);
  const traceparent = `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
  const id = await commit(participants, dtc.url, { traceparent });
  expect((await dtc.stop()).code).toBe(0);
  const files = JSON.parse(readFileSync(loaded, 'utf8')) as string[];
  expect(files.some(file => file.includes('@temporalio'))).toBe(true);
  const ofTraces = files.filter(file => file.includes('opentelemetry') || file.endsWith('/openTelemetry.js'));
  expect(ofTraces.filter(file => !file.includes(loadedAnyway))).toEqual([]);
  const connection = await Connection.connect({ address });
  try {
    const handle = new Client({ connection }).workflow.getHandle(id);
    const { events = [] } = await handle.fetchHistory();
    const started = events?.[0]?.workflowExecutionStartedEventAttributes;
    expect(Object.keys(started?.memo?.fields ?? {})).not.toContain('trace');
    const headers = (events ?? []).flatMap(each => [
      each.workflowExecutionStartedEventAttributes?.header,
      each.activityTaskScheduledEventAttributes?.header,
    ]);
    expect(headers.flatMap(header => Object.keys(header?.fields ?? {}))).toEqual([]);
  } finally {
    await connection.close();
  }
  for (const { headers } of participants.requests(id)) expect(headers).not.toHaveProperty('traceparent');
});

it('stops at the start for what it cannot use, and says what is allowed', async () => {
  const { ended, printed } = launchProcess({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
  });
  expect((await ended).code).toBe(1);
  expect(printed.stderr).toContain('OTEL_EXPORTER_OTLP_ENDPOINT');
  expect(printed.stderr).toContain('collector:4317');
  expect(printed.stderr).toContain('http://');
  expect(printed.stderr).toContain('OTEL_EXPORTER_OTLP_PROTOCOL');
  expect(printed.stderr).toContain('http/protobuf, http/json');
});
