import {
  parseTransactionRequest,
  type TransactionRequest,
} from '../../src/protocol/client/transactionRequest';

const limits = { maxParticipants: 100, maxRequestTimeoutMs: 60_000 };
const url = 'http://a/prepare';

function requestOf(body: unknown): TransactionRequest {
  const parsed = parseTransactionRequest(body, limits);
  if (parsed.is === 'refused') throw new Error(JSON.stringify(parsed.problems));
  return parsed.request;
}

function problemsOf(body: unknown, maxParticipants = 100): readonly unknown[] {
  const parsed = parseTransactionRequest(body, { ...limits, maxParticipants });
  return parsed.is === 'refused' ? parsed.problems : [];
}

const one = (participant: object): unknown => ({ participants: [{ url, ...participant }] });

describe('both forms', () => {
  it('of one request are one request: names by position, commit and rollback beside prepare', () => {
    const request = {
      participants: [
        { name: 'p1', url, commitUrl: 'http://a/commit', rollbackUrl: 'http://a/rollback' },
        {
          name: 'p2',
          url: 'https://b/x/prepare?k=1',
          commitUrl: 'https://b/x/commit?k=1',
          rollbackUrl: 'https://b/x/rollback?k=1',
        },
      ],
    };
    const [first, second] = [url, 'https://b/x/prepare?k=1'];
    expect(requestOf([first, second])).toEqual(request);
    expect(requestOf([{ url: first }, second])).toEqual(request);
    expect(requestOf({ participants: [first, { url: second }] })).toEqual(request);
  });

  it('keep what the client says, and add no default of the server', () => {
    const participant = {
      url,
      name: 'stock',
      commitUrl: 'http://c/x',
      rollbackUrl: 'http://r/y',
      payload: null,
      timeoutMs: 10,
    };
    const body = {
      participants: [participant],
      timeoutMs: 604_800_000,
      onCommitFailure: 'rollback',
      labels: { 'a.b': '' },
    };
    expect(requestOf(body)).toEqual(body);
    expect(Object.keys(requestOf([url]))).toEqual(['participants']);
  });

  it.each([[{ n: 1.5, s: 'x', deep: [[{}]] }], ['text'], [0], [false], [[]]])(
    'carry any payload: %j',
    payload => {
      expect(requestOf(one({ payload })).participants[0]).toMatchObject({ payload });
    },
  );
});

describe('a URL', () => {
  it.each([
    ['HTTP://A:80/x/../prepare', 'http://a/prepare'],
    ['http://a/prepare?', url],
    ['https://a:443/prepare', 'https://a/prepare'],
    ['http://[::1]:8080/prepare', 'http://[::1]:8080/prepare'],
    ['http://0x7f.1/prepare', 'http://127.0.0.1/prepare'],
  ])('%s is %s', (written, normal) => {
    expect(requestOf([written]).participants[0]).toMatchObject({ url: normal });
  });

  it.each([
    ['ftp://a/prepare', 'must be an absolute http:// or https:// URL'],
    ['javascript:alert(1)//prepare', 'must be an absolute http:// or https:// URL'],
    ['/prepare', 'must be an absolute http:// or https:// URL'],
    ['http:/a/prepare', 'must be an absolute http:// or https:// URL'],
    ['http:///a/prepare', 'must be an absolute http:// or https:// URL'],
    ['', 'must be an absolute http:// or https:// URL'],
    ['http://a:99999/prepare', 'is not a valid URL'],
    ['http://a/', 'must have "prepare" as the last segment of its path'],
    ['http://a/prepare/', 'must have "prepare" as the last segment of its path'],
    ['http://a/Prepare', 'must have "prepare" as the last segment of its path'],
    ['http://a/prepare/..', 'must have "prepare" as the last segment of its path'],
    ['http://a/x?y=/prepare', 'must have "prepare" as the last segment of its path'],
    ['http://a/%70repare', 'must have "prepare" as the last segment of its path'],
    ['http://u:p@a/prepare', 'must not hold credentials'],
    ['http://@a/prepare', 'must not hold credentials'],
    ['http://a/prepare#x', 'must not have a fragment'],
    ['http://a/prepare#', 'must not have a fragment'],
    ['http://a/\r\nprepare', 'holds a character that a URL may not hold unless it is percent-encoded'],
    [' http://a/prepare', 'holds a character that a URL may not hold unless it is percent-encoded'],
    ['http://a\\prepare', 'holds a character that a URL may not hold unless it is percent-encoded'],
    ['http://ä/prepare', 'holds a character that a URL may not hold unless it is percent-encoded'],
    ['http://a/\0/prepare', 'holds a character that a URL may not hold unless it is percent-encoded'],
    [`http://a/${'x'.repeat(2_040)}/prepare`, 'is longer than 2048 characters'],
  ])('%j is refused', (text, message) => {
    expect(problemsOf([text])).toMatchObject([{ pointer: '#/0', message }]);
    expect(problemsOf({ participants: [{ url: text }] })).toMatchObject([
      { pointer: '#/participants/0/url', message },
    ]);
  });

  it.each(['commitUrl', 'rollbackUrl'])('of %s follows the same rules, but ends as it likes', name => {
    const named = { commitUrl: 'http://a/x?y', rollbackUrl: 'http://a/' };
    expect(problemsOf(one(named))).toEqual([]);
    expect(problemsOf(one({ ...named, [name]: 'http://u@a/x' }))).toMatchObject([
      { pointer: `#/participants/0/${name}` },
    ]);
  });

  it('is shown without its query and credentials', () => {
    expect(
      problemsOf(['http://a/x?key=hidden', 'http://user:hidden@a/prepare', 'x y?key=hidden']),
    ).toMatchObject([
      { value: 'http://a/x?redacted' },
      { value: 'http://redacted@a/prepare' },
      { value: 'x y?redacted' },
    ]);
    expect(problemsOf([`${url}?key=hidden`, `${url}?key=hidden`])).toMatchObject([
      { value: `${url}?redacted` },
    ]);
  });
});

describe('what participants may not share', () => {
  it('is a URL, in whichever spelling', () => {
    expect(problemsOf([url, 'http://b/prepare', 'HTTP://A:80/./prepare'])).toEqual([
      { pointer: '#/2', value: url, message: 'is also that of the participant at position 1' },
    ]);
  });

  it('is a name, given or by position', () => {
    const participants = [url, { url: 'http://b/prepare', name: 'p1' }];
    expect(problemsOf({ participants })).toEqual([
      {
        pointer: '#/participants/1/name',
        value: 'p1',
        message: 'is also that of the participant at position 1',
      },
    ]);
  });

  it('is nothing else: queries tell URLs apart', () => {
    expect(problemsOf([`${url}?a=1`, `${url}?a=2`])).toEqual([]);
  });
});

describe('a field', () => {
  it.each([
    [
      'unknown',
      { participants: [url], timeout: 5 },
      '#/timeout',
      /^unknown field; known: participants, timeoutMs/,
    ],
    [
      'unknown in a participant',
      one({ uri: url }),
      '#/participants/0/uri',
      /^unknown field; known: url, name/,
    ],
    ['unknown and odd', one({ 'a/b~c': 1 }), '#/participants/0/a~1b~0c', /^unknown field/],
    [
      'of the prototype',
      JSON.parse(`{"participants":["${url}"],"__proto__":{"x":1}}`),
      '#/__proto__',
      /^unknown field/,
    ],
    ['name with a space', one({ name: 'a b' }), '#/participants/0/name', /A-Za-z0-9/],
    ['name too long', one({ name: 'x'.repeat(65) }), '#/participants/0/name', /1 to 64/],
    ['name of another type', one({ name: 7 }), '#/participants/0/name', /1 to 64/],
    ['null name', one({ name: null }), '#/participants/0/name', /1 to 64/],
    ['commitUrl alone', one({ commitUrl: 'http://a/c' }), '#/participants/0/rollbackUrl', /named together/],
    ['rollbackUrl alone', one({ rollbackUrl: 'http://a/r' }), '#/participants/0/commitUrl', /named together/],
    ['no url', { participants: [{ name: 'x' }] }, '#/participants/0/url', /^is required$/],
    ['a short request timeout', one({ timeoutMs: 9 }), '#/participants/0/timeoutMs', /from 10 to 60000,/],
    [
      'a long request timeout',
      one({ timeoutMs: 60_001 }),
      '#/participants/0/timeoutMs',
      /from 10 to 60000, the most that this coordinator allows \(DTC_MAX_REQUEST_TIMEOUT_MS\)$/,
    ],
    ['a fraction', one({ timeoutMs: 10.5 }), '#/participants/0/timeoutMs', /whole number/],
    ['a number in text', one({ timeoutMs: '100' }), '#/participants/0/timeoutMs', /whole number/],
    ['infinity', JSON.parse(`{"participants":["${url}"],"timeoutMs":1e999}`), '#/timeoutMs', /whole number/],
    ['a short deadline', { participants: [url], timeoutMs: 0 }, '#/timeoutMs', /from 10 to 604800000/],
    [
      'a long deadline',
      { participants: [url], timeoutMs: 604_800_001 },
      '#/timeoutMs',
      /from 10 to 604800000/,
    ],
    [
      'another mode',
      { participants: [url], onCommitFailure: 'ignore' },
      '#/onCommitFailure',
      /"retry" or "rollback"/,
    ],
    [
      'a label that is no text',
      { participants: [url], labels: { a: 1 } },
      '#/labels/a',
      /string of at most 256/,
    ],
    [
      'a long label',
      { participants: [url], labels: { a: 'x'.repeat(257) } },
      '#/labels/a',
      /string of at most 256/,
    ],
    [
      'a label of two lines',
      { participants: [url], labels: { a: 'x\r\ny' } },
      '#/labels/a',
      /control characters/,
    ],
    ['a label without name', { participants: [url], labels: { '': 'x' } }, '#/labels/', /a label's name/],
    [
      'a label named after the prototype',
      JSON.parse(`{"participants":["${url}"],"labels":{"__proto__":"x"}}`),
      '#/labels/__proto__',
      /^a label's name must not be "__proto__", which JavaScript does not take for a name$/,
    ],
    ['labels in an array', { participants: [url], labels: ['x'] }, '#/labels', /an object of strings/],
  ])('is refused by name: %s', (_, body, pointer, message) => {
    expect(problemsOf(body)).toEqual([
      expect.objectContaining({ pointer, message: expect.stringMatching(message) as string }),
    ]);
  });

  it('that is unknown is shown without its value, which may be a misspelt payload', () => {
    expect(JSON.stringify(problemsOf(one({ paylod: 'hidden' })))).not.toContain('hidden');
  });

  it('is shown shortened', () => {
    const value = `${'x'.repeat(80)}... (300 characters)`;
    expect(problemsOf(one({ name: 'x'.repeat(300) }))).toMatchObject([{ value }]);
  });

  it.each([
    ['a b', 'a b'],
    ['x'.repeat(300), `${'x'.repeat(80)}... (300 characters)`],
    // half a character is none
    [`${'x'.repeat(79)}😀`.repeat(2), `${'x'.repeat(79)}... (162 characters)`],
  ])('shows the name of a label that is wrong, not what the label holds: %s', (name, value) => {
    const body = { participants: [url], labels: { [name]: 'held' } };
    const message = "a label's name must be 1 to 64 of [A-Za-z0-9._-]";
    expect(problemsOf(body)).toEqual([{ pointer: `#/labels/${name}`, value, message }]);
  });

  it('names of labels are bounded in number', () => {
    const labels = (count: number): unknown =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, 'v']));
    expect(problemsOf({ participants: [url], labels: labels(32) })).toEqual([]);
    expect(problemsOf({ participants: [url], labels: labels(33) })).toMatchObject([{ pointer: '#/labels' }]);
  });
});

describe('a body of the wrong shape', () => {
  const participantsForm = 'must be an array of participants: prepare URLs, or objects with "url"';
  const participantForm = 'must be a prepare URL (a string), or an object with "url"';

  it.each([[null], ['text'], [7], [true]])('is refused: %j', body => {
    const message = 'must be an array of prepare URLs, or an object with "participants"';
    expect(problemsOf(body)).toMatchObject([{ pointer: '#', message }]);
  });

  it.each([
    [{}, '#/participants', 'is required'],
    [{ participants: url }, '#/participants', participantsForm],
    [{ participants: { 0: url } }, '#/participants', participantsForm],
    [{ participants: [7] }, '#/participants/0', participantForm],
    [[5], '#/0', participantForm],
    [[null], '#/0', participantForm],
    [[[url]], '#/0', participantForm],
  ])('is refused: %j', (body, pointer, message) => {
    expect(problemsOf(body)).toMatchObject([{ pointer, message }]);
  });

  it('names no participants or too many', () => {
    expect(problemsOf([])).toEqual([{ pointer: '#', message: 'must name 1 to 100 participants, not 0' }]);
    expect(problemsOf({ participants: [] })).toMatchObject([{ pointer: '#/participants' }]);
    const many = Array.from({ length: 3 }, (_, n) => `http://a/${n}/prepare`);
    expect(problemsOf(many, 3)).toEqual([]);
    expect(problemsOf(many, 2)).toEqual([{ pointer: '#', message: 'must name 1 to 2 participants, not 3' }]);
  });

  it('is told what its fields say together beside what is wrong with each alone', () => {
    const twice = { url: 'http://b/prepare', name: 'p1', commitUrl: 'b/x' };
    const body = {
      participants: [url, twice, { ...twice, timeoutMs: 1 }, 7],
      labels: { 'a b': 1 },
      locks: [{ resource: 'r' }, { resource: 'r', mode: 'shared' }],
      timeout: 5,
    };
    const pointers = problemsOf(body).map(each => (each as { pointer: string }).pointer);
    expect(pointers.sort()).toEqual([
      '#/labels/a b', // its name
      '#/labels/a b', // what it holds
      '#/locks/0/mode',
      '#/locks/1/resource',
      '#/participants/1/commitUrl',
      '#/participants/1/name',
      '#/participants/1/rollbackUrl',
      '#/participants/2/commitUrl',
      '#/participants/2/name',
      '#/participants/2/rollbackUrl',
      '#/participants/2/timeoutMs',
      '#/participants/2/url',
      '#/participants/3',
      '#/timeout',
    ]);
  });

  it('is told that there are too many, and what else is wrong', () => {
    const body = { participants: ['http://a/1/prepare', 'x', 'y'], timeoutMs: 1 };
    expect(problemsOf(body, 2)).toMatchObject([
      { pointer: '#/participants', message: 'must name 1 to 2 participants, not 3' },
      { pointer: '#/participants/1' },
      { pointer: '#/timeoutMs' },
    ]);
  });

  it('is told every problem, up to a number that helps', () => {
    expect(problemsOf([7, 'x', { url, name: '' }])).toHaveLength(3);
    const problems = problemsOf(Array.from({ length: 100 }, () => 7));
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toEqual({ pointer: '#', message: 'and 80 more problems' });
  });
});
