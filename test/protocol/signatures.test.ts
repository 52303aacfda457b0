/** Owns whom a participant's secret is for, and what a coordinator signs with. */
import {
  audienceOf,
  isMasterKey,
  isSecret,
  participantSecret,
  secretsFor,
  signatureHeaders,
  whyUnsigned,
} from '../../src/protocol/wire/signatures';

const key = (fill: number, bytes = 32): string => Buffer.alloc(bytes, fill).toString('base64');
const masterKey = `dtckey_${key(1)}`;
const url = 'https://bank.example/accounts/prepare';

describe('the secret of a participant', () => {
  it('stays what it is: those who were given theirs keep it over an upgrade', () => {
    expect(participantSecret(masterKey, url)).toBe('whsec_VZuAica+ctKd+5Fy42mRkII/WhYntA2HXpg0SkKc7aY=');
  });

  it('is a secret of Standard Webhooks', () => {
    expect(isSecret(participantSecret(masterKey, url))).toBe(true);
  });

  it.each([
    ['of each phase', 'https://bank.example/accounts/rollback'],
    ['of its list', 'https://bank.example/accounts/prepared?limit=200'],
    ['with a query', `${url}?key=1`],
    ['with its port', 'https://bank.example:443/accounts/prepare'],
    ['in capitals', 'HTTPS://Bank.Example/accounts/prepare'],
    ['with the dot that may end a host', 'https://bank.example./accounts/prepare'],
    ['with a way back in its path', 'https://bank.example/x/../accounts/prepare'],
    ['as a folder', 'https://bank.example/accounts/'],
  ])('is one for every URL: %s', (_, spelling) => {
    expect(participantSecret(masterKey, spelling)).toBe(participantSecret(masterKey, url));
  });

  it.each([
    ['in clear', 'http://bank.example/accounts/prepare'],
    ['at another port', 'https://bank.example:8443/accounts/prepare'],
    ['at another host', 'https://accounts.bank.example/accounts/prepare'],
    ['at another path', 'https://bank.example/cards/prepare'],
    ['at the path above', 'https://bank.example/prepare'],
    ['in other letters', 'https://bank.example/Accounts/prepare'],
    ['with two slashes', 'https://bank.example//accounts/prepare'],
    ['with an escaped slash', 'https://bank.example/accounts%2Fprepare'],
    ['by its address', 'https://[2001:db8::1]/accounts/prepare'],
  ])('is another one for what is another place: %s', (_, place) => {
    expect(participantSecret(masterKey, place)).not.toBe(participantSecret(masterKey, url));
  });

  it('is one for every spelling of an address', () => {
    expect(audienceOf('http://[2001:DB8:0:0::1]:80/prepare')).toBe('http://[2001:db8::1]/');
    expect(audienceOf('http://127.1:9001/prepare')).toBe('http://127.0.0.1:9001/');
    expect(audienceOf('http://bücher.example/prepare')).toBe('http://xn--bcher-kva.example/');
  });

  it('is there for the longest URL', () => {
    expect(isSecret(participantSecret(masterKey, `https://a/${'x'.repeat(2_030)}/prepare`))).toBe(true);
  });

  it('is another one for another coordinator', () => {
    expect(participantSecret(`dtckey_${key(2)}`, url)).not.toBe(participantSecret(masterKey, url));
  });
});

it.each([
  [masterKey, true],
  [`dtckey_${key(1, 64)}`, true],
  [`dtckey_${key(1, 65)}`, false],
  [`dtckey_${key(1, 31)}`, false],
  [`whsec_${key(1)}`, false],
  [key(1), false],
  [`${masterKey}!`, false],
  ['', false],
])('%s is a master key: %s', (text, is) => {
  expect(isMasterKey(text)).toBe(is);
});

it('is no secret for a participant', () => {
  expect(isSecret(masterKey)).toBe(false);
});

describe('a request is signed', () => {
  const signingSecret = `whsec_${key(3)}`;
  const own = participantSecret(masterKey, url);
  const sign = (keys: Parameters<typeof secretsFor>[0]): Record<string, string> =>
    signatureHeaders(secretsFor(keys, url), { id: 'a', body: '{}', now: Date.now() });

  it('with the shared secret alone, as ever: one signature in the header', () => {
    const headers = sign({ signingSecret });
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(whyUnsigned([signingSecret], headers, '{}')).toBeUndefined();
  });

  it('with the participant’s own alone', () => {
    const headers = sign({ signingMasterKey: masterKey });
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(whyUnsigned([own], headers, '{}')).toBeUndefined();
    expect(whyUnsigned([participantSecret(masterKey, 'https://a/prepare')], headers, '{}')).toBeDefined();
  });

  it('with both, while participants change from the one to the other', () => {
    const headers = sign({ signingSecret, signingMasterKey: masterKey });
    expect(whyUnsigned([signingSecret], headers, '{}')).toBeUndefined();
    expect(whyUnsigned([own], headers, '{}')).toBeUndefined();
    expect(headers['webhook-signature']?.split(' ')[0]).toBe(sign({ signingSecret })['webhook-signature']);
  });

  it('with nothing where there is no key', () => {
    expect(sign({})).toEqual({});
  });
});
