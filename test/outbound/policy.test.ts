import { parseAllowList } from '../../src/outbound/allowList';
import { createPolicy } from '../../src/outbound/policy';

function policyOf(text: string) {
  const parsed = parseAllowList(text);
  if (parsed.wrong.length > 0) throw new Error(JSON.stringify(parsed.wrong));
  return createPolicy(parsed.entries);
}

const everything = '0.0.0.0/0,::/0,http://169.254.169.254,http://metadata.google.internal,*.internal';

describe('refused always, also where the list would allow it', () => {
  const spellings = [
    '169.254.169.254',
    '169.254.169.254.',
    '169.254.0.1',
    '2852039166',
    '0xa9fea9fe',
    '025177524776',
    '0xa9.0xfe.0xa9.0xfe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '169.0xfea9fe',
    '１６９.254.169.254',
    '%31%36%39.254.169.254',
    '169。254。169。254',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[::169.254.169.254]',
    '[::a9fe:a9fe]',
    '[::ffff:0:a9fe:a9fe]',
    '[64:ff9b::169.254.169.254]',
    '[64:ff9b:1::a9fe:a9fe]',
    '[64:ff9b:1:a9fe:a9:fe00::]',
    '[2002:a9fe:a9fe::]',
    '[2002:a9fe:a9fe:1::5]',
    '[2001:0:a9fe:a9fe::1]',
    '[2001::5601:5601]',
    '[2600::5efe:169.254.169.254]',
    '[2600::200:5efe:169.254.169.254]',
    '[fe80::1]',
    '[febf::1]',
    '[fd00:ec2::254]',
    '[fd00:0ec2:0:0::0254]',
    '[fd20:ce::254]',
    '168.63.129.16',
    '[::ffff:168.63.129.16]',
    '100.100.100.200',
    '192.0.0.192',
    '0.0.0.0',
    '0',
    '0.1.2.3',
    '[::]',
    '[::ffff:0.0.0.0]',
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '[ff02::1]',
    'metadata.google.internal',
    'METADATA.google.internal.',
    'metadata',
    'metadata.goog',
    'instance-data.ec2.internal',
  ];

  test.each(spellings)('%s', host => {
    for (const list of ['', everything]) {
      expect(policyOf(list).check(`http://${host}/prepare`)).toMatch(/refused always/);
    }
  });

  test('an address a name resolves to, named by the list or not', () => {
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1%eth0', '0.0.0.0']) {
      const refusal = policyOf('').checkAddress('a.test', address, true);
      expect(refusal).toMatchObject({ always: true, why: expect.stringContaining(address) as string });
    }
    expect(policyOf('').checkAddress('a.test', 'nonsense', true)).toMatchObject({ always: true });
  });
});

describe('without a list', () => {
  test.each([
    'http://participant.example:8080/prepare',
    'https://participant.example/prepare',
    'http://localhost/prepare',
    'http://127.0.0.1:9000/prepare',
    'http://10.0.0.1/prepare',
    'http://168.63.129.17/prepare',
    'http://[::1]:9000/prepare',
    'http://[2606:4700::1111]/prepare',
    'http://[::ffff:10.0.0.1]/prepare',
  ])('%s may be called', url => {
    expect(policyOf('').check(url)).toBeUndefined();
  });

  test.each(['[fd12::1]', '[fec0::1]', '[64:ff9b::10.0.0.1]', '[::10.0.0.1]', '[100::1]'])(
    '%s is IPv6 that is neither global nor loopback',
    host => {
      expect(policyOf('').check(`http://${host}/prepare`)).toMatch(
        /outside 2000::\/3.*DTC_ALLOWED_PARTICIPANTS/,
      );
    },
  );
});

test.each([
  ['not a URL', /not a URL/],
  ['/prepare', /not a URL/],
  ['ftp://a/prepare', /neither http nor https/],
  ['file:///etc/prepare', /neither http nor https/],
  ['http://user:hush@a/prepare', /credentials/],
])('%s is refused', (url, why) => {
  expect(policyOf('').check(url)).toMatch(why);
  expect(policyOf('').check(url)).not.toContain('hush');
});

describe('a list of origins', () => {
  const policy = policyOf('http://pay.test:8080, https://Shop.Test');

  test('allows these origins, however written', () => {
    expect(policy.check('http://pay.test:8080/a/prepare?b')).toBeUndefined();
    expect(policy.check('https://shop.test:443/prepare')).toBeUndefined();
    expect(policy.check('https://shop.test./prepare')).toBeUndefined();
  });

  test.each([
    'http://pay.test/prepare',
    'https://pay.test:8080/prepare',
    'http://a.pay.test:8080/prepare',
    'http://10.0.0.1/x',
  ])('refuses %s and says what to add', url => {
    expect(policy.check(url)).toMatch(/not allowed by DTC_ALLOWED_PARTICIPANTS: add /);
    expect(policy.check(url)).toContain(new URL(url).hostname);
  });

  test('does not ask for their addresses', () => {
    expect(policy.names(new URL('http://pay.test:8080/'))).toBe(true);
    expect(policy.names(new URL('http://pay.test:8081/'))).toBe(false);
  });
});

describe('a host suffix', () => {
  const policy = policyOf('*.shop.test');

  test('allows every host below it, on any port', () => {
    for (const url of ['http://a.shop.test/p', 'https://b.a.SHOP.test:81/p', 'http://a.shop.test./p']) {
      expect(policy.check(url)).toBeUndefined();
    }
  });

  test('allows neither itself nor what merely looks alike', () => {
    for (const url of ['http://shop.test/p', 'http://evilshop.test/p', 'http://a.shop.test.evil/p']) {
      expect(policy.check(url)).toBeDefined();
    }
  });
});

describe('a list of CIDRs', () => {
  const policy = policyOf('10.0.0.0/8,fd12::/16');

  test('allows the addresses in it, in any spelling', () => {
    for (const host of ['10.1.2.3', '0xa010203', '[::ffff:10.1.2.3]', '[fd12::7]']) {
      expect(policy.check(`http://${host}/prepare`)).toBeUndefined();
    }
  });

  test('refuses others and says which CIDR would allow them', () => {
    expect(policy.check('http://192.168.0.1/prepare')).toMatch(/192\.168\.0\.1.*add 192\.168\.0\.1\/32/);
    expect(policy.check('http://[2606:4700::1]/prepare')).toMatch(/add 2606:4700::1\/128/);
    expect(policy.check('http://127.0.0.1/prepare')).toBeDefined();
  });

  test('lets a name through until its addresses are known', () => {
    expect(policy.check('http://pay.test/prepare')).toBeUndefined();
    expect(policy.checkAddress('pay.test', '10.1.2.3', false)).toBeUndefined();
    expect(policy.checkAddress('pay.test', '192.168.0.1', false)).toMatchObject({
      always: false,
      why: expect.stringMatching(/pay\.test resolves to 192\.168\.0\.1.*DTC_ALLOWED_PARTICIPANTS/) as string,
    });
  });
});

describe('what to add', () => {
  const allowed = 'is not allowed by DTC_ALLOWED_PARTICIPANTS: add';

  test.each([
    ['http://pay.test', 'http://10.1.2.3:9001', `10.1.2.3 ${allowed} http://10.1.2.3:9001`],
    ['*.shop.test', 'http://[::1]:9001', `::1 ${allowed} http://[::1]:9001`],
    ['10.0.0.0/16', 'http://10.1.2.3', `10.1.2.3 ${allowed} 10.1.2.3/32 or a wider CIDR`],
    [
      '10.0.0.0/16,http://pay.test',
      'http://10.1.2.3',
      `10.1.2.3 ${allowed} http://10.1.2.3, or 10.1.2.3/32 or a wider CIDR`,
    ],
  ])('has the form that the list %s has: %s', (list, origin, why) => {
    expect(policyOf(list).check(`${origin}/prepare`)).toBe(why);
    expect(policyOf(`${list},${origin}`).check(`${origin}/prepare`)).toBeUndefined();
  });

  test('is an origin or a CIDR for a name that resolves to what no CIDR has', () => {
    const add = (list: string): string | undefined =>
      policyOf(list).checkAddress('pay.test', '10.1.2.3', false)?.why;
    const resolved = 'pay.test resolves to 10.1.2.3, which is not allowed by DTC_ALLOWED_PARTICIPANTS: add';
    expect(add('10.0.0.0/16')).toBe(`${resolved} 10.1.2.3/32 or a wider CIDR`);
    expect(add('10.0.0.0/16,http://a')).toBe(
      `${resolved} the origin of pay.test, or 10.1.2.3/32 or a wider CIDR`,
    );
  });
});

test('a refusal names the setting that it comes from', () => {
  const policy = createPolicy(
    [{ kind: 'origin', origin: 'http://a' }],
    'DTC_ALLOWED_NOTIFY (DTC_ALLOWED_PARTICIPANTS where that is not set)',
  );
  expect(policy.check('http://b/told')).toBe(
    'http://b is not allowed by DTC_ALLOWED_NOTIFY (DTC_ALLOWED_PARTICIPANTS where that is not set): add http://b or a *.suffix of its host',
  );
});

describe('reading the list', () => {
  test('blanks and empty places do not count', () => {
    expect(parseAllowList(' ')).toEqual({ entries: [], wrong: [] });
    expect(parseAllowList(' http://a , ,10.0.0.0/8,')).toMatchObject({ entries: [{}, {}] });
  });

  test.each([
    'payments',
    'payments.test',
    'payments:8080',
    'http://',
    'http://a/path',
    'http://a?x',
    'http://user@a',
    'ftp://a',
    '*',
    '*.',
    '*.1',
    '*.0x7f',
    'a.*.test',
    '*test',
    '10/8',
    '10.0.0.0/33',
    '10.0.0.1',
    '::/129',
    '1.2.3.4/x',
  ])('%s is named as the bad entry', entry => {
    const parsed = parseAllowList(`http://good,${entry},*.good`);
    expect(parsed.wrong).toEqual([{ nth: 2, entry, why: expect.stringMatching(/^(is|holds) /) as string }]);
  });
});
