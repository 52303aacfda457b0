/** PROTOCOL §3: the `type` of every problem leads to a page that says what happened and what to do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemTypes } from '../../src/protocol/client/problems';
import { Harness, problem } from './harness';

let api: Harness;
// where callers authenticate: a page needs no token
beforeEach(async () => (api = await Harness.start({ DTC_API_TOKENS: 'alice:client:0123456789abcdef' })));
afterEach(() => api.close());

const names = Object.keys(problemTypes);
const root = join(__dirname, '../..');

it.each(names)('%s has one, as text and for browsers', async name => {
  const [status, title] = problemTypes[name as keyof typeof problemTypes];
  const text = await api.call(`/problems/${name}`);
  expect(text.status).toBe(200);
  expect(text.headers['content-type']).toBe('text/plain; charset=utf-8');
  const said = `^/problems/${name} \\(${status}\\)\n${title}\\.\n\nWhat happened: .+\\.\nWhat to do: .+[.?]\n$`;
  expect(text.text).toMatch(new RegExp(said));

  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const html = await api.call(`/problems/${name}`, { headers: { accept } });
  expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(html.headers['vary']).toMatch(/accept/i);
  expect(html.text).toContain(`<title>${title}</title>`);
  expect(html.text.replace(/<[/!]?[a-z][^<>]*>/g, '')).not.toMatch(/[<>]/);
});

it('is the type that is answered', async () => {
  const { json } = await api.call('/transactions/x');
  expect(json['type']).toBe('/problems/unauthenticated');
  expect((await api.call(String(json['type']))).status).toBe(200);
});

it('has them all on one page', async () => {
  const { text } = await api.call('/problems');
  for (const name of names) expect(text).toContain(`/problems/${name} (`);
});

it('has none for what is no problem', async () => {
  for (const path of ['/problems/nothing', '/problems/toString', '/problems/not-found/x'])
    expect(await api.call(path)).toEqual(problem('not-found', 404));
  const answer = await api.call('/problems/not-found', { method: 'POST' });
  expect(answer).toEqual(problem('method-not-allowed', 405));
});

it('is told of in the protocol: the same types, with the same status', () => {
  const [, table = ''] = readFileSync(join(root, 'docs/PROTOCOL.md'), 'utf8').split('### Problems\n');
  const rows = table
    .split('\n## ', 1)
    .join('')
    .matchAll(/^\| `(\d{3})` \| (.*) \|$/gm);
  const told = [...rows].flatMap(([, status, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => `${name} ${status}`),
  );
  const types = Object.entries(problemTypes).map(([name, [status]]) => `${name} ${status}`);
  expect(told.filter(each => !/^(?:heldBy|ahead) /.test(each)).sort()).toEqual(types.sort());
});
