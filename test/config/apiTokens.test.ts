import { apiTokens, hashToken } from '../../src/config/apiTokens';
import { Wrong } from '../../src/config/wrong';
import { problemsOf } from './problems';

const token = '0123456789abcdef';

describe('bearer tokens', () => {
  it('are read as name, role and hash, and the token itself is not kept', () => {
    const tokens = apiTokens.parse(`alice:client:${token}, ops:operator:${token}==`);
    expect(tokens).toEqual([
      { name: 'alice', role: 'client', hash: hashToken(token) },
      { name: 'ops', role: 'operator', hash: hashToken(`${token}==`) },
    ]);
    expect(JSON.stringify(tokens)).not.toContain(token);
  });

  it('may be several of one name, so that one can be replaced without a gap', () => {
    expect(apiTokens.parse(`a:client:${token}1,a:client:${token}2`)).toHaveLength(2);
  });

  it.each([
    ['no role', 'alice', 'entry 1 is not name:role:token'],
    ['no token', 'alice:client', 'entry 1 is not name:role:token'],
    ['no name', `:client:${token}`, 'entry 1 has a name that is not [A-Za-z0-9._@-]{1,64}'],
    [
      'another role',
      `alice:admin:${token}`,
      'entry 1 has a role that is not client, participant or operator',
    ],
    [
      'a short token',
      'alice:client:hidden',
      'entry 1 has a token that is not 16 to 512 of [A-Za-z0-9._~+/-]',
    ],
    [
      'a token with a space',
      `alice:client:${token} x`,
      'entry 1 has a token that is not 16 to 512 of [A-Za-z0-9._~+/-]',
    ],
    ['a trailing comma', `alice:client:${token},`, 'entry 2 is not name:role:token'],
    ['one token twice', `a:client:${token},b:client:${token}`, 'entry 2 repeats the token of entry 1'],
    [
      'one name in two roles',
      `a:client:${token}1,a:operator:${token}2`,
      'entry 2 has the role operator, and entry 1, of the same name, client',
    ],
  ])('are refused with the position, and without the secret: %s', (_, text, error) => {
    expect(apiTokens.parse(text)).toEqual(new Wrong(error));
    const message = `${error}; allowed: a comma list of name:role:token (the value is not shown)`;
    expect(problemsOf({ DTC_API_TOKENS: text })).toEqual([{ name: 'DTC_API_TOKENS', message }]);
  });

  it.each([`${token}:client:alice`, `${token}:alice:client`, `${token}:client:b,${token}:operator:c`])(
    'are refused without the token where it stands for the name: %s',
    text => {
      expect(apiTokens.parse(text)).toBeInstanceOf(Wrong);
      expect(JSON.stringify(problemsOf({ DTC_API_TOKENS: text }))).not.toContain(token);
    },
  );

  it('are refused with all that is wrong, as far as somebody can read it', () => {
    const text = `alice,bob:admin:${token},carol:client:${token},dave:client:${token},carol:operator:${token}1`;
    const wrong = [
      'entry 1 is not name:role:token',
      'entry 2 has a role that is not client, participant or operator',
      'entry 4 repeats the token of entry 3',
      'entry 5 has the role operator, and entry 3, of the same name, client',
    ];
    expect(apiTokens.parse(text)).toEqual(new Wrong(wrong.join('; ')));
    const many = apiTokens.parse('x,'.repeat(29) + 'x') as Wrong;
    expect(many.what).toMatch(/; entry 20 is not name:role:token; and 10 more entries$/);
  });
});
