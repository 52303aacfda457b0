/**
 * Owns that whatever an API of a test answers, to whichever client, is compared with `/openapi.json`: that there is such a route and status,
 * its headers, media type, body, each event; and that a request which was accepted is as described. It stands before the API, and sees what
 * leaves. What is answered is described open (PROTOCOL §3, members may be added); here nothing may be there that is not described.
 */
import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { type Express } from 'express';
import {
  type DescribedConfig,
  type HeaderObject,
  type MediaType,
  type OpenApiDocument,
  type OperationObject,
  type ParameterObject,
  type ResponseObject,
} from '../../src/api/openapi/document';
import { describedOnce } from '../../src/api/openapi/routes';
import { type ProblemName } from '../../src/protocol/client/problems';
import { noteUndocumented } from './undocumented';

/** The API, each of whose answers is compared with its document. */
export function documented(app: Express, config: DescribedConfig): RequestListener {
  const check = checkOf(describedOnce(config).document);
  return (request, response) => {
    observe(request, response, check);
    app(request, response);
  };
}

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** As the API's reader left it. */
  readonly sent: unknown;
}

type Check = (seen: Seen) => readonly string[];

/** Before the last of it leaves, so that no client has it earlier; a stream after each piece. */
function observe(request: IncomingMessage, response: ServerResponse, check: Check): void {
  const { method = '', url = '' } = request; // routers change it on their way
  const chunks: Buffer[] = [];
  const keep = (chunk: unknown): void => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
  };
  const judge = (): void => {
    const body = Buffer.concat(chunks.splice(0)).toString();
    const headers = response.getHeaders();
    const seen = { method, url, status: response.statusCode, headers, body };
    const wrong = check({ ...seen, sent: (request as { body?: unknown }).body });
    for (const what of wrong) noteUndocumented(`${method} ${url}: ${response.statusCode}: ${what}`);
  };
  const write = response.write.bind(response) as (...all: unknown[]) => boolean;
  const end = response.end.bind(response) as (...all: unknown[]) => ServerResponse;
  response.write = (...all: unknown[]) => {
    keep(all[0]);
    if (String(response.getHeader('content-type')).startsWith('text/event-stream')) judge();
    return write(...all);
  };
  response.end = (...all: unknown[]) => {
    keep(all[0]);
    judge();
    return end(...all);
  };
}

interface Route {
  readonly path: RegExp;
  readonly names: readonly string[];
  readonly item: OpenApiDocument['paths'][string];
}

const checks = new WeakMap<OpenApiDocument, Check>();

export function checkOf(document: OpenApiDocument): Check {
  const known = checks.get(document);
  if (known !== undefined) return known;
  const routes = Object.entries(document.paths).map(([path, item]) => routeOf(path, item));
  routes.sort((a, b) => a.names.length - b.names.length);
  const schemas = new Schemas(document);
  const check: Check = seen => {
    const route = routes.find(({ path }) => path.test(pathOf(seen)));
    const method = seen.method === 'HEAD' ? 'GET' : seen.method;
    const operation = route?.item[method.toLowerCase() as keyof Route['item']];
    if (route === undefined || operation === undefined)
      return isPreflight(seen) ? [] : checkRefusal(schemas, seen);
    if (isRefusedAnywhere(seen)) return checkRefusal(schemas, seen);
    return [...checkAnswer(schemas, operation, seen), ...checkRequest(schemas, { route, operation }, seen)];
  };
  checks.set(document, check);
  return check;
}

function routeOf(path: string, item: Route['item']): Route {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const pattern = path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '([^/]+)');
  return { path: new RegExp(`^${pattern}/?$`), names, item };
}

function pathOf({ url }: Pick<Seen, 'url'>): string {
  return url.split('?', 1)[0] ?? '';
}

/** What the introduction of the document says of every path. */
const anywhere: readonly ProblemName[] = ['not-found', 'method-not-allowed'];

/** What comes before a route is looked for, or a part of its path. */
const before: readonly ProblemName[] = [
  ...anywhere,
  'invalid-request',
  'unauthenticated',
  'role-not-allowed',
  'unknown-transaction',
  'misdirected-request',
  'rate-limited',
  'keys-unavailable',
];

function isRefusedAnywhere(seen: Seen): boolean {
  return seen.method !== 'HEAD' && anywhere.some(name => seen.body.includes(`"type":"/problems/${name}"`));
}

/** Of a browser, for a page of the Web UI. */
function isPreflight({ method, status, headers }: Seen): boolean {
  return method === 'OPTIONS' && status === 204 && headers['access-control-allow-origin'] !== undefined;
}

/** Of a path, or a method, that is not described. */
function checkRefusal(schemas: Schemas, seen: Seen): string[] {
  if (seen.method === 'HEAD') return seen.status >= 400 ? [] : ['there is no such path or method'];
  const type = (parsed(seen.body) as { type?: unknown } | undefined)?.type;
  const name = before.find(each => type === `/problems/${each}`);
  if (name === undefined) return ['there is no such path or method'];
  const id = name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
  const schema = { $ref: `#/components/schemas/${id}Problem` };
  const allow = name === 'method-not-allowed' && seen.headers['allow'] === undefined;
  return [...schemas.check(schema, parsed(seen.body)), ...(allow ? ['it has no Allow'] : [])];
}

function checkAnswer(schemas: Schemas, { responses }: OperationObject, seen: Seen): string[] {
  const response = responses[seen.status];
  if (response === undefined) return [`the status is not described: ${seen.body}`];
  return [...checkHeaders(schemas, response, seen), ...checkBody(schemas, response, seen)];
}

/** Of every answer: those that harden it (helmet's), of caching, of HTTP itself; and to a page of the Web UI, that it may read it. */
const ofEveryAnswer = new Set([
  ...['content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'],
  ...['origin-agent-cluster', 'referrer-policy', 'strict-transport-security', 'x-content-type-options'],
  ...['x-dns-prefetch-control', 'x-download-options', 'x-frame-options', 'x-xss-protection'],
  ...['x-permitted-cross-domain-policies', 'cache-control', 'connection', 'content-type', 'content-length'],
  'access-control-allow-origin',
]);

function checkHeaders(schemas: Schemas, { headers = {} }: ResponseObject, seen: Seen): string[] {
  const described = new Map<string, HeaderObject>(
    Object.entries(headers).map(([name, header]) => [name.toLowerCase(), header]),
  );
  const strangers = Object.keys(seen.headers).filter(
    name => !ofEveryAnswer.has(name) && !described.has(name),
  );
  const wrong = [...described].flatMap(([name, { required, schema }]) => {
    const value = seen.headers[name];
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    return schemas.check(schema, value, 'text').map(what => `the header ${name} ${what}`);
  });
  return [...strangers.map(name => `the header ${name} is not described`), ...wrong];
}

function checkBody(schemas: Schemas, { content = {} }: ResponseObject, seen: Seen): string[] {
  const type = /^[^;]+/.exec(text(seen.headers['content-type']))?.[0];
  if (type === undefined)
    return Object.keys(content).length === 0 && seen.body === '' ? [] : ['it has no content-type'];
  const media = content[type];
  if (media === undefined) return [`the media type ${type} is not described`];
  if (seen.method === 'HEAD') return [];
  if (media['x-events'] !== undefined) return checkEvents(schemas, media['x-events'], seen.body);
  const value = /[/+]json$/.test(type) ? parsed(seen.body) : seen.body;
  return schemas.check(media.schema, value).map(what => `${what}: ${seen.body}`);
}

/** All that are whole. */
function checkEvents(schemas: Schemas, events: MediaType['x-events'] & {}, text: string): string[] {
  const blocks = text.split('\n\n').slice(0, -1);
  return blocks.flatMap(block => {
    if (block === ':' || /^retry: \d+$/.test(block)) return [];
    const [, name = '', data = ''] = /^event: (\w+)\nid: \d+\ndata: (.*)$/.exec(block) ?? [];
    const schema = events[name];
    return schema === undefined
      ? [`the event is not described: ${block}`]
      : schemas.check(schema, parsed(data)).map(what => `${what}: ${block}`);
  });
}

interface Matched {
  readonly route: Route;
  readonly operation: OperationObject;
}

/** What was accepted has to be as described; what was refused says itself what was wrong. */
function checkRequest(schemas: Schemas, { route, operation }: Matched, seen: Seen): string[] {
  if (seen.status >= 400) return [];
  const { parameters = [], requestBody } = operation;
  const values = (route.path.exec(pathOf(seen)) ?? []).slice(1).map(decodeURIComponent);
  const inPath = values.map((value, index) => ({ where: 'path', name: route.names[index] ?? '', value }));
  const query = new URL(seen.url, 'http://api').searchParams;
  const isRead = parameters.some(each => each.in === 'query'); // else it is not looked at
  const inQuery = isRead ? [...query].map(([name, value]) => ({ where: 'query', name, value })) : [];
  const wrong = [...inPath, ...inQuery].flatMap(({ where, name, value }) => {
    const parameter = parameterOf(parameters, where, name);
    if (parameter === undefined) return [`took ${name} in the ${where}, which is not described`];
    const given = parameter.explode === true ? { [name]: value } : value;
    return schemas.check(parameter.schema, given, 'text').map(what => `took ${name}=${value}, which ${what}`);
  });
  const media = requestBody?.content['application/json'];
  if (media === undefined || seen.sent === undefined) return wrong;
  return [...wrong, ...schemas.check(media.schema, seen.sent).map(what => `took a body which ${what}`)];
}

function parameterOf(
  parameters: readonly ParameterObject[],
  where: string,
  name: string,
): ParameterObject | undefined {
  const ofPlace = parameters.filter(each => each.in === where);
  return ofPlace.find(each => each.name === name) ?? ofPlace.find(({ explode }) => explode === true);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The document's JSON Schema, every object closed. */
export class Schemas {
  readonly #validators = new Map<string, ValidateFunction>();
  readonly #ajv: Ajv2020;
  /** For what stands in a header or a URL: a number is text there. */
  readonly #ofText: Ajv2020;

  constructor({ components }: OpenApiDocument) {
    const options = { strict: false, allErrors: true, validateFormats: true };
    this.#ajv = new Ajv2020(options);
    this.#ofText = new Ajv2020({ ...options, coerceTypes: true });
    for (const ajv of [this.#ajv, this.#ofText]) addFormats(ajv);
    this.#ajv.addSchema({ $id: 'document', components: closed(components) });
  }

  /** @returns what is wrong */
  check(schema: object, value: unknown, as: 'json' | 'text' = 'json'): string[] {
    const validate = this.#validator(schema, as);
    if (validate(value)) return [];
    const said = (validate.errors ?? []).map(({ instancePath, message = '', params }) => {
      const extra = text((params as { additionalProperty?: unknown }).additionalProperty);
      return `${instancePath} ${message}${extra === '' ? '' : ` (${extra})`}`.trim();
    });
    return [`is not as described: ${[...new Set(said)].join('; ')}`];
  }

  #validator(schema: object, as: 'json' | 'text'): ValidateFunction {
    const key = as + JSON.stringify(schema);
    const known = this.#validators.get(key);
    if (known !== undefined) return known;
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object;
    const made = (as === 'json' ? this.#ajv : this.#ofText).compile(absolute);
    this.#validators.set(key, made);
    return made;
  }
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.fromEntries(Object.entries(schema).map(([name, member]) => [name, closed(member)]));
  const isOpen = isObjectSchema(members) && members['additionalProperties'] === undefined;
  return isOpen ? { ...members, additionalProperties: false } : members;
}

function isObjectSchema({ type, properties }: Readonly<Record<string, unknown>>): boolean {
  return type === 'object' && typeof properties === 'object';
}
