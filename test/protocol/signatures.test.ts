/** Owns whom a participant's secret is for, and what a coordinator signs with. */
import {
  audienceOf,
  isMasterKey,
  isSecret,
  participantSecret,
  type Receiver,
  secretsFor,
  signatureHeaders,
  whyForAnother,
  whyUnsigned,
} from '../../src/protocol/wire/signatures';

const key = (fill: number, bytes = 32): string => Buffer.alloc(bytes, fill).toString('base64');
const masterKey = `dtckey_${key(1)}`;
const url = 'https://bank.example/accounts/prepare';
const now = Date.now();

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

describe('a signature that names whom it is for', () => {
  const secret = `whsec_${key(3)}`;
  const body = '{"phase":"commit"}';
  const signed = (to = url): Record<string, string> =>
    signatureHeaders([secret], { id: 'a', body, now, url: to });
  const ours: Receiver = { audiences: ['https://bank.example/accounts/'] };
  const why = (headers: Record<string, string>, receiver: Receiver = ours, content = body) =>
    whyForAnother([secret], { headers, body: content, receiver });

  it('leaves the other as it was, for who knows no more', () => {
    const { 'webhook-signature': without } = signatureHeaders([secret], { id: 'a', body, now });
    expect(signed()['webhook-signature']).toBe(without);
    expect(whyUnsigned([secret], signed(), body)).toBeUndefined();
  });

  it('is good at one of its audiences alone', () => {
    expect(why(signed())).toBeUndefined();
    expect(why(signed('https://bank.example/cards/commit'))).toContain(
      'it is signed for https://bank.example/cards/',
    );
    expect(why(signed('https://other.example/accounts/commit'))).toContain('https://other.example/accounts/');
  });

  it('cannot be renamed, taken from another request, or made of the other signature', () => {
    const elsewhere = signed('https://bank.example/cards/commit');
    expect(why({ ...elsewhere, 'transaction-audience': 'https://bank.example/accounts/' })).toContain(
      'No matching',
    );
    expect(why(signed(), ours, '{"phase":"rollback"}')).toContain('No matching');
    const { 'webhook-signature': other = '' } = signed();
    expect(why({ ...signed(), 'transaction-audience-signature': other })).toContain('No matching');
    const moved = signed()['transaction-audience-signature'] ?? '';
    expect(whyUnsigned([secret], { ...signed(), 'webhook-signature': moved }, body)).toContain('No matching');
  });

  it('cannot be left out at who knows its audiences; who knows its path alone then takes the request', () => {
    const older = signatureHeaders([secret], { id: 'a', body, now });
    expect(why(older)).toContain('it has no transaction-audience');
    expect(why({ ...older, 'transaction-audience': 'https://bank.example/accounts/' })).toBeDefined();
    expect(why(older, { path: '/accounts/commit' })).toBeUndefined();
  });

  it.each([
    ['the same path', '/accounts/commit', true],
    ['a path of which a proxy took the beginning', '/commit', true],
    ['a path before which a proxy put something', '/eu/accounts/commit', true],
    ['another path', '/cards/commit', false],
    ['a path that ends alike', '/counts/commit', false],
  ])('is compared with the path alone by who knows no more: %s', (_, path, good) => {
    expect(why(signed(), { path }) === undefined).toBe(good);
  });
});

describe('a request is signed', () => {
  const signingSecret = `whsec_${key(3)}`;
  const own = participantSecret(masterKey, url);
  const sign = (keys: Parameters<typeof secretsFor>[0]): Record<string, string> =>
    signatureHeaders(secretsFor(keys, url), { id: 'a', body: '{}', now });

  it('with the shared secret alone, as ever: one signature in the header', () => {
    const headers = sign({ signingSecrets: [signingSecret] });
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(whyUnsigned([signingSecret], headers, '{}')).toBeUndefined();
  });

  it('with the participant’s own alone', () => {
    const headers = sign({ signingMasterKeys: [masterKey] });
    expect(headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(whyUnsigned([own], headers, '{}')).toBeUndefined();
    expect(whyUnsigned([participantSecret(masterKey, 'https://a/prepare')], headers, '{}')).toBeDefined();
  });

  it('with both, while participants change from the one to the other', () => {
    const headers = sign({ signingSecrets: [signingSecret], signingMasterKeys: [masterKey] });
    expect(whyUnsigned([signingSecret], headers, '{}')).toBeUndefined();
    expect(whyUnsigned([own], headers, '{}')).toBeUndefined();
    expect(headers['webhook-signature']?.split(' ')[0]).toBe(
      sign({ signingSecrets: [signingSecret] })['webhook-signature'],
    );
  });

  it('with the first two secrets of a list, and of the keys of a list', () => {
    const more = [4, 5, 6].map(each => `whsec_${key(each)}`);
    const keys = [7, 8, 9].map(each => `dtckey_${key(each)}`);
    const secrets = secretsFor({ signingSecrets: more, signingMasterKeys: keys }, url);
    const derived = keys.slice(0, 2).map(each => participantSecret(each, url));
    expect(secrets).toEqual([...more.slice(0, 2), ...derived]);
  });

  it('with nothing where there is no key', () => {
    expect(sign({})).toEqual({});
  });
});
