/** What the client takes for a notification (PROTOCOL §3): what the coordinator signs, for this receiver, now; and nothing else. */
import { randomBytes } from 'node:crypto';
import { NotificationRefused, verifyNotification } from '../../src/client';
import { notificationBody, notificationHeaders } from '../../src/protocol/wire/notification';
import { signatureHeaders } from '../../src/protocol/wire/signatures';
import { committed } from './scripted';

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const secret = newSecret();
const notification = { transactionId: committed.id, event: 'outcome', at: 0, data: committed } as const;
const body = notificationBody(notification);

function headers(by = secret, { now = Date.now(), signed = body } = {}): Record<string, string> {
  const signature = signatureHeaders([by], { id: `${committed.id}/outcome`, body: signed, now });
  return { ...notificationHeaders(notification, now), ...signature };
}

it('takes what was signed, as text and as bytes, with headers of every kind, under any of the secrets', () => {
  const verified = {
    id: `${committed.id}/outcome`,
    type: 'transaction.outcome',
    timestamp: '1970-01-01T00:00:00.000Z',
    data: committed,
  };
  expect(verifyNotification(headers(), body, secret)).toEqual(verified);
  expect(verifyNotification(new Headers(headers()), Buffer.from(body), [newSecret(), secret])).toEqual(
    verified,
  );
  const titled = Object.entries(headers()).map(([name, value]) => [
    name.replace('webhook', 'Webhook'),
    value,
  ]);
  expect(verifyNotification(Object.fromEntries(titled) as Record<string, string>, body, secret)).toEqual(
    verified,
  );
});

it.each([
  ['by another', headers(newSecret()), body],
  ['with another body', headers(), body.replace('committed', 'rolledback')],
  ['six minutes ago', headers(secret, { now: Date.now() - 360_000 }), body],
  ['not at all', notificationHeaders(notification, Date.now()), body],
  ['over something else', headers(secret, { signed: '{"type":"order.paid"}' }), '{"type":"order.paid"}'],
  ['over no JSON', headers(secret, { signed: 'transaction' }), 'transaction'],
  ['in bytes that are no text', headers(), Uint8Array.of(0xff, 0xfe)],
] as const)('refuses what was signed %s', (_how, given, raw) => {
  expect(() => verifyNotification(given, raw, secret)).toThrow(NotificationRefused);
});

it.each([[[]], ['not-a-secret'], [[secret, `dtckey_${randomBytes(32).toString('base64')}`]]])(
  'does not run with secrets that are none, and does not show them: %#',
  secrets => {
    const verify = (): unknown => verifyNotification(headers(), body, secrets);
    expect(verify).toThrow(TypeError);
    expect(verify).not.toThrow(/not-a-secret|dtckey_[A-Za-z0-9+/]/);
  },
);
