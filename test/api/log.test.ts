import { PassThrough } from 'node:stream';
import { createLog } from '../../src/telemetry/log';

function logged(
  write: (log: ReturnType<typeof createLog>) => void,
  level = 'info',
): Record<string, unknown>[] {
  const output = new PassThrough();
  write(createLog(level, output));
  const text = (output.read() as Buffer | null)?.toString() ?? '';
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>);
}

it('writes a line of JSON with the level by name and the time as text', () => {
  const [line] = logged(log => {
    log.info({ participant: 'p1' }, 'prepared');
  });
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    participant: 'p1',
    msg: 'prepared',
  });
});

it('writes nothing below its level', () => {
  expect(
    logged(log => {
      log.info('a');
      log.warn('b');
    }, 'warn'),
  ).toMatchObject([{ msg: 'b' }]);
});

it('shows no secret and no payload, at whatever depth it usually stands', () => {
  const secret = { authorization: 'hidden', token: 'hidden', payload: { a: 'hidden' } };
  const lines = logged(log => {
    log.info({ ...secret, headers: secret, request: { headers: secret } }, 'x');
  });
  expect(JSON.stringify(lines)).not.toContain('hidden');
  expect(lines[0]).toMatchObject({ headers: { authorization: '[redacted]' } });
});

it('shows of an error its message, code and causes, and not what libraries hang on it', () => {
  const cause = Object.assign(new Error('refused'), {
    code: 'ECONNREFUSED',
    body: 'hidden',
    headers: { cookie: 'hidden' },
  });
  const [line] = logged(log => {
    log.error({ err: new Error('failed', { cause }) }, 'x');
  });
  expect(line).toMatchObject({
    err: { message: 'failed', cause: { message: 'refused', code: 'ECONNREFUSED' } },
  });
  expect(JSON.stringify(line)).not.toContain('hidden');
});
