/**
 * Owns `/openapi.json` (PROTOCOL §3): what each slice's `operations.ts` and the schemas say, as OpenAPI 3.1. Which routes there are, what
 * they really answer, and what the coordinator really sends, the tests compare with it (test/openapi).
 */
import { type z } from 'zod';
import { isAuthenticated } from '../../config/bindRule';
import { type Config } from '../../config/config';
import { type ProblemName, problemTypes } from '../../protocol/client/problems';
import { sentTransaction } from '../../protocol/client/sentTransaction';
import { type RequestLimits } from '../../protocol/client/transactionRequest';
import { given } from '../../protocol/wire/given';
import { bulkOperations } from '../bulk/operations';
import { consoleOperations } from '../console/operations';
import { codecOperations } from '../codec/operations';
import { listOperations } from '../list/operations';
import { lockOperations } from '../lock/operations';
import { orphanOperations } from '../orphans/operations';
import { isForEveryRole, rolesFor } from '../permissions';
import { serviceOperations } from '../serviceOperations';
import { transactionOperations } from '../transaction/operations';
import { type Components, type JsonSchema, componentsOf, inlined } from './components';
import { type HeaderName, answerHeaders } from './headers';
import { sentByTheCoordinator } from './webhooks';
import { type Answer, type Body, type Operation, type Parameter, tags } from './operation';

export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: { readonly name: string; readonly identifier: string };
  };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  /** What the coordinator sends, by name. */
  readonly webhooks: Readonly<Record<string, PathItem>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

export type PathItem = Readonly<Partial<Record<Operation['method'], OperationObject>>>;

export interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: Parameter['in'];
  readonly description?: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly style?: 'form';
  readonly explode?: true;
}

export interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: Content;
}

export interface HeaderObject {
  readonly description?: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, MediaType>>;

export interface MediaType {
  readonly schema: JsonSchema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  /** Of a stream of events: the schema of each one's data, by the event's name. */
  readonly 'x-events'?: Readonly<Record<string, JsonSchema>>;
}

export interface Program {
  readonly version: string;
  /** By its SPDX identifier. */
  readonly license: string;
}

/** What of the configuration is in it. */
export type DescribedConfig = Pick<Config, 'auth' | 'longestWaitS' | 'publicUrl'> & {
  readonly limits: RequestLimits;
};

/** @param program as package.json says */
export function openApiDocument(config: DescribedConfig, { version, license }: Program): OpenApiDocument {
  const sent = sentTransaction(config.limits);
  const components = componentsOf(sent);
  const operations = [
    ...transactionOperations(sent.request, config),
    ...listOperations,
    ...bulkOperations,
    ...lockOperations,
    ...orphanOperations,
    ...codecOperations,
    ...consoleOperations,
    ...serviceOperations,
  ];
  return {
    openapi: '3.1.1',
    info: {
      ...{ title: 'Distributed Transaction Coordinator', version, description: introduction },
      license: { name: license, identifier: license },
    },
    servers: [{ url: config.publicUrl ?? '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf(operations, components, isAuthenticated(config)),
    webhooks: pathsOf(sentByTheCoordinator, components, isAuthenticated(config)),
    components: {
      schemas: components.schemas,
      securitySchemes: {
        token: {
          ...{ type: 'http', scheme: 'bearer' },
          description: 'A token of `DTC_API_TOKENS`, or a JWT that a key of `DTC_JWKS_URL` has signed.',
        },
      },
    },
  };
}

const introduction = `Makes one change across several independent HTTP services happen everywhere or nowhere.

Errors are problem details (RFC 9457); \`GET\` of a \`type\` says what to do. Where \`GET\` is, \`HEAD\` is. A path that is not here is \`404\`, \`/problems/not-found\`; another method than those here is \`405\`, \`/problems/method-not-allowed\`, with \`Allow\`. Members may be added to what is answered: let those through that you do not know. Nothing is cached (\`cache-control: no-store\`), but this document, by its \`ETag\`. Times are RFC 3339, UTC, with milliseconds.`;

function pathsOf(
  operations: readonly Operation[],
  components: Components,
  authenticated: boolean,
): Record<string, PathItem> {
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const operation of operations)
    (paths[operation.path] ??= {})[operation.method] = operationObject(operation, components, authenticated);
  return paths;
}

function operationObject(
  operation: Operation,
  components: Components,
  authenticated: boolean,
): OperationObject {
  const { id, tag, summary, action, parameters = [], body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...given({ description: descriptionOf(operation) }),
    security: authenticated && action !== undefined ? [{ token: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterObject) }),
    ...(body === undefined ? {} : { requestBody: requestBody(body, components) }),
    responses: responsesOf(operation, components),
  };
}

function descriptionOf({ description, action }: Operation): string | undefined {
  const roles =
    action === undefined
      ? undefined
      : `Roles: ${rolesFor(action)
          .map(role => `\`${role}\``)
          .join(', ')}.`;
  const parts = [description, roles].filter(part => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('\n\n');
}

function parameterObject({ in: where, name, schema, required, isMany }: Parameter): ParameterObject {
  return {
    name,
    in: where,
    required: required ?? false,
    ...described(schema),
    ...(isMany === true ? { style: 'form', explode: true } : {}),
  };
}

function requestBody({ schema, required, examples }: Body, { refTo }: Components) {
  const shown = Object.entries(examples).map(([name, value]) => [name, { value }]);
  const content = {
    schema: refTo(schema),
    examples: Object.fromEntries(shown) as MediaType['examples'] & {},
  };
  return { required, content: { 'application/json': content } };
}

function responsesOf(operation: Operation, components: Components): Record<string, ResponseObject> {
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    responseObject(answer, components),
  ]);
  const problems = [...new Set([...operation.problems, ...ofRoles(operation)])];
  const statuses = [...new Set(problems.map(name => problemTypes[name][0]))].sort((a, b) => a - b);
  const refusals = statuses.map(status => [
    String(status),
    problemResponse(
      problems.filter(name => problemTypes[name][0] === status),
      components,
    ),
  ]);
  return Object.fromEntries([...answers, ...refusals]) as Record<string, ResponseObject>;
}

function ofRoles({ action }: Operation): ProblemName[] {
  return action === undefined || isForEveryRole(action) ? [] : ['role-not-allowed'];
}

function responseObject(answer: Answer, components: Components): ResponseObject {
  const { description, headers = [], headersAtTimes = [] } = answer;
  const content = contentOf(answer, components);
  return {
    description,
    ...headersOf(headers, headersAtTimes),
    ...given({ content }),
  };
}

function contentOf({ json, example, text, events }: Answer, { refTo }: Components): Content | undefined {
  if (json !== undefined) {
    const examples = example === undefined ? {} : { examples: { example: { value: example } } };
    return { 'application/json': { schema: refTo(json), ...examples } };
  }
  if (events !== undefined) return { 'text/event-stream': eventStream(events, refTo) };
  if (text === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(text).map(([type, description]) => [
      type,
      { schema: { type: type === 'application/json' ? 'object' : 'string', description } },
    ]),
  );
}

function eventStream(events: Readonly<Record<string, z.ZodType>>, refTo: Components['refTo']): MediaType {
  const byName = Object.entries(events).map(([name, schema]) => [name, refTo(schema)]);
  const description = `Server-Sent Events; the data of each is JSON: ${Object.keys(events).join(', ')}`;
  return {
    schema: { type: 'string', description },
    'x-events': Object.fromEntries(byName) as Record<string, JsonSchema>,
  };
}

function problemResponse(problems: readonly ProblemName[], { refToProblem }: Components): ResponseObject {
  const refs = problems.map(refToProblem);
  const [only] = refs;
  const all = [...new Set(problems.flatMap(name => problemHeaders[name] ?? []))];
  const has = (header: HeaderName) => (name: ProblemName) => problemHeaders[name]?.includes(header) === true;
  const always = all.filter(header => problems.every(has(header)));
  const atTimes = all.filter(header => !problems.every(has(header)));
  const schema = refs.length === 1 && only !== undefined ? only : { oneOf: refs };
  return {
    description: problems.map(name => `\`${name}\`: ${problemTypes[name][1]}`).join('. '),
    ...headersOf(always, atTimes),
    content: { 'application/problem+json': { schema } },
  };
}

const problemHeaders: Partial<Record<ProblemName, readonly HeaderName[]>> = {
  unauthenticated: ['WWW-Authenticate'],
  'rate-limited': ['Retry-After'],
  'engine-unavailable': ['Retry-After'],
  'start-unknown': ['Retry-After', 'Location'],
  overloaded: ['Retry-After'],
  'lock-queue-full': ['Retry-After'],
  'worker-unavailable': ['Retry-After'],
  stopping: ['Retry-After'],
  'keys-unavailable': ['Retry-After'],
};

function headersOf(
  always: readonly HeaderName[],
  atTimes: readonly HeaderName[],
): Pick<ResponseObject, 'headers'> {
  const names = [...always, ...atTimes];
  if (names.length === 0) return {};
  const headers = names.map(name => [
    name,
    { required: always.includes(name), ...described(answerHeaders[name]) },
  ]);
  return { headers: Object.fromEntries(headers) as Record<string, HeaderObject> };
}

/** A description stands beside the schema, not in it. */
function described(schema: z.ZodType): Pick<HeaderObject, 'description' | 'schema'> {
  const { description, ...rest } = inlined(schema);
  return { ...(typeof description === 'string' ? { description } : {}), schema: rest };
}
