/** The document, the routes that there are, the problems, the README and PROTOCOL §3 name the same, and every one of them is in a test. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Router, application } from 'express';
import { type OperationObject } from '../../src/api/openapi/document';
import { describedOnce } from '../../src/api/openapi/routes';
import { readConfig } from '../../src/config/readConfig';
import { problemNames, problemTypes } from '../../src/protocol/client/problems';
import { Harness } from '../api/harness';
import { Schemas } from '../support/documented';

const root = join(__dirname, '../..');
const { document } = describedOnce(readConfig({}));
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
);

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** `get /transactions/{id}` of every route, by what was mounted where while `start` ran. */
async function routesOf(start: () => Promise<Harness>): Promise<string[]> {
  const use = jest.spyOn(application, 'use');
  const api = await start();
  const mounted = use.mock.calls.map(call => [call].flat(3) as unknown[]);
  use.mockRestore();
  await api.close();
  return mounted.flatMap(parts => {
    const mount = typeof parts[0] === 'string' ? parts[0] : '';
    const stacks = parts.map(part => (part as Partial<Router>).stack as readonly Layer[] | undefined);
    return stacks.flatMap(stack => (stack ?? []).flatMap(layer => routesIn(mount, layer)));
  });
}

function routesIn(mount: string, { route }: Layer): string[] {
  if (route === undefined) return [];
  const path = `${mount}${route.path}`.replace(/(?<=.)\/$/, '').replaceAll(/:(\w+)/g, '{$1}');
  const methods = Object.keys(route.methods).filter(method => method !== '_all');
  return methods.map(method => `${method} ${path}`);
}

/** They only say how a lock with a slash in its name is named. */
const onlyRefuse = ['get /locks/{resource}/{holder}', 'get /locks/*segments', 'delete /locks/*segments'];

it('every route is described, and everything that is described is a route', async () => {
  const routes = (await routesOf(() => Harness.start())).filter(route => !onlyRefuse.includes(route));
  expect(routes.length).toBeGreaterThan(20);
  expect(routes.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort());
});

it('the README and PROTOCOL §3 name every endpoint', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const protocol = sectionOf(readFileSync(join(root, 'docs/PROTOCOL.md'), 'utf8'), '3');
  const shown = (path: string): RegExp =>
    new RegExp(path.replaceAll(/[.?]/g, '\\$&').replaceAll(/\{\w+\}/g, '(?:<\\w+>|…)') + '(?![\\w/])');
  const unnamed = operations.flatMap(({ path }) => [
    ...(shown(inReadme[path] ?? path).test(readme) ? [] : [`README: ${path}`]),
    ...(shown(inProtocol[path] ?? path).test(protocol) ? [] : [`PROTOCOL: ${path}`]),
  ]);
  expect(unnamed).toEqual([]);
});

/** A row, or a sentence, for several. */
const inReadme: Readonly<Record<string, string>> = {
  '/locks/{resource}': '/locks?resource=',
  '/locks/{resource}/{holder}': '/locks?resource=&holder=',
};
const inProtocol: Readonly<Record<string, string>> = {
  '/transactions/{id}/abort': '/transactions/{id}/…',
  '/transactions/{id}/retry': '/transactions/{id}/…',
  '/transactions/{id}/resolve': '/transactions/{id}/…',
  '/problems/{name}': '/problems/',
};

function sectionOf(text: string, number: string): string {
  const begin = text.indexOf(`\n## ${number}. `);
  return text.slice(begin, text.indexOf('\n## ', begin + 1));
}

it('every problem is described where it is answered, with its status, and so does PROTOCOL §3', () => {
  const described = new Set(operations.flatMap(({ operation }) => problemsOf(operation)));
  // of every path, as the introduction says
  const everywhere = ['not-found', 'method-not-allowed'].filter(name =>
    document.info.description.includes(name),
  );
  const all = problemNames.map(name => `${problemTypes[name][0]} ${name}`);
  const ofEveryPath = everywhere.map(name => all.find(each => each.endsWith(` ${name}`)) ?? name);
  expect([...new Set([...described, ...ofEveryPath])].sort()).toEqual([...all].sort());
  const protocol = sectionOf(readFileSync(join(root, 'docs/PROTOCOL.md'), 'utf8'), '3');
  const rows = [...protocol.matchAll(/^\| `(\d{3})` \| (.*) \|$/gm)].flatMap(([, status, text = '']) =>
    problemNames.filter(name => text.includes(`\`${name}\``)).map(name => `${status ?? ''} ${name}`),
  );
  expect(rows.sort()).toEqual([...all].sort());
});

/** As `503 overloaded`. */
function problemsOf({ responses }: OperationObject): string[] {
  return Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = JSON.stringify(content?.['application/problem+json']?.schema ?? {});
    const refs = [...schema.matchAll(/#\/components\/schemas\/(\w+)"/g)].map(([, id = '']) => id);
    return refs.map(id => {
      const { properties } = document.components.schemas[id] as { properties: { type: { const: string } } };
      return `${status} ${properties.type.const.replace('/problems/', '')}`;
    });
  });
}

/** Of which test/openapi has them. */
const inOpenApi = ['/openapi.json', '/docs', 'ETag', 'If-None-Match'];

describe('a test has', () => {
  const tests = filesIn(join(root, 'test'))
    .filter(file => !file.includes('/openapi/'))
    .map(file => readFileSync(file, 'utf8'))
    .join('\n');

  it.each(problemNames)('the problem %s', name => {
    expect(new RegExp(`['/]${name}['"\`]`).test(tests)).toBe(true);
  });

  const headers = operations.flatMap(({ operation }) => [
    ...(operation.parameters ?? []).filter(each => each.in === 'header').map(({ name }) => name),
    ...Object.values(operation.responses).flatMap(response => Object.keys(response.headers ?? {})),
  ]);
  it.each([...new Set(headers)].filter(name => !inOpenApi.includes(name)))('the header %s', name => {
    expect(new RegExp(`['"\`. {]${name.toLowerCase()}['"\`:]`).test(tests.toLowerCase())).toBe(true);
  });

  it.each([...new Set(operations.map(({ path }) => path))].filter(path => !inOpenApi.includes(path)))(
    'the path %s',
    path => {
      const pattern = path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '(?:\\$\\{[^}]+\\}|[\\w.:%-]+)');
      expect(new RegExp(`${pattern}['"\`?]`).test(tests)).toBe(true);
    },
  );
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(folder, file));
}

it('every example is as its schema says', () => {
  const schemas = new Schemas(document);
  const sent = Object.values(document.webhooks).flatMap(item => Object.values(item));
  const all = [...operations.map(({ operation }) => operation), ...sent];
  const media = all.flatMap(({ requestBody, responses }) =>
    [requestBody, ...Object.values(responses)].flatMap(each => Object.values(each?.content ?? {})),
  );
  const shown = media.flatMap(({ schema, examples }) =>
    Object.values(examples ?? {}).map(({ value }) => ({ schema, value })),
  );
  expect(shown.length).toBeGreaterThan(10);
  for (const { schema, value } of shown) expect(schemas.check(schema, value)).toEqual([]);
});
