/** What a notification is made of, what an answer to it means, and what is believed of its activity. */
import { readReceipt } from '../../src/protocol/notification/answers';
import { toldIn } from '../../src/protocol/notification/results';
import { type Reply } from '../../src/protocol/wire/answers';
import { notificationBody, notificationHeaders, notificationId } from '../../src/protocol/wire/notification';

const notification = { transactionId: 'tx', event: 'outcome', at: 0, data: { id: 'tx' } } as const;

test('a repeat is the same request, but for the time of its sending', () => {
  expect(notificationId(notification)).toBe('tx/outcome');
  expect(notificationBody(notification)).toBe(
    '{"type":"transaction.outcome","timestamp":"1970-01-01T00:00:00.000Z","data":{"id":"tx"}}',
  );
  const [one, two] = [1_000, 61_000].map(now => notificationHeaders(notification, now));
  expect(one).toEqual({
    'content-type': 'application/json',
    'transaction-id': 'tx',
    'idempotency-key': 'tx/outcome',
    'webhook-id': 'tx/outcome',
    'webhook-timestamp': '1',
  });
  expect(two).toEqual({ ...one, 'webhook-timestamp': '61' });
});

const answered = (status: number): Reply => ({ kind: 'answer', status });

test.each<[Reply, string]>([
  [answered(200), 'delivered'],
  [answered(202), 'delivered'],
  [answered(204), 'delivered'],
  [answered(299), 'delivered'],
  [answered(301), 'again'],
  [answered(307), 'again'],
  [answered(400), 'again'],
  [answered(401), 'again'],
  [answered(404), 'again'],
  [answered(410), 'gone'],
  [answered(429), 'again'],
  [answered(500), 'again'],
  [{ kind: 'notSent', code: 'policy', message: 'not allowed' }, 'again'],
  [{ kind: 'notSent', code: 'connection', message: 'refused' }, 'again'],
  [{ kind: 'lost', code: 'timeout', message: 'silent' }, 'again'],
  [{ kind: 'malformed', code: 'brokenHttp', message: 'broken' }, 'again'],
])('%j means %s', (reply, is) => {
  expect(readReceipt(reply)).toMatchObject({ is });
});

const why = { code: 'refused', message: 'answered 410' };

test.each<[string, unknown, boolean]>([
  ['nothing', undefined, false],
  ['a text', 'delivered', false],
  ['that of another notification', { is: 'delivered', id: 'other/outcome', attempts: 1 }, false],
  ['one without its attempts', { is: 'delivered', id: 'tx/outcome' }, false],
  ['one that is given up without a reason', { is: 'gaveUp', id: 'tx/outcome', attempts: 1 }, false],
  ['a delivery', { is: 'delivered', id: 'tx/outcome', attempts: 1 }, true],
  ['one that is not wanted', { is: 'gone', id: 'tx/outcome', attempts: 1, why }, true],
  ['one that is given up', { is: 'gaveUp', id: 'tx/outcome', attempts: 1, why }, true],
])('a result that is %s is believed: %s', (_, result, isBelieved) => {
  expect(toldIn(result, 'tx/outcome')).toEqual(isBelieved ? result : undefined);
});
