/** Owns the parameters of `GET /transactions` and `GET /transactions/count` (PROTOCOL §3): all that is wrong is said at once, by name. */
import { z } from 'zod';
import { type Filters } from '../../coordinator/list/contract';
import { transactionStates, transactionStatuses } from '../../protocol/client/states';
import { type ProblemError } from '../../protocol/client/problems';
import { isLabelValue, labelForm, wrongLabelName } from '../../protocol/client/transactionSchema';
import { given } from '../../protocol/wire/given';
import { shown } from '../../protocol/wire/inputProblems';
import { type Ms } from '../../protocol/wire/phases';
import { shortened } from '../../protocol/wire/shortened';
import { pageCursor, pageLimit } from '../pages';
import { Problem } from '../problems';

/** Of the URL, as Express parses it. */
type Query = Readonly<Record<string, unknown>>;

/** What would be right. */
type Wrong = Pick<ProblemError, 'query' | 'value'> & { readonly wrong: string };

export const filters = {
  status: z.enum(transactionStatuses, oneOf(transactionStatuses)),
  state: z.enum(transactionStates, oneOf(transactionStates)),
  needsAttention: z.enum(['true', 'false'], 'must be "true" or "false"').transform(text => text === 'true'),
  participant: z
    .string()
    .transform(readBy(hostOf))
    .meta({
      description: "A host, with the port where it is not the scheme's own",
      examples: ['pay.example.com'],
    }),
  since: time('Created at this time or later'),
  until: time('Created at this time or earlier'),
};

export const pages = { limit: pageLimit(50), cursor: pageCursor };

/** Each value by its name, all of them to be had. */
export const labelFilters = z
  .record(z.string().regex(/^label\.[A-Za-z0-9._-]{1,64}$/), z.string().max(256))
  .describe('`label.<name>=<value>`: the label has exactly this value; several names: all of them');

type Shape = Readonly<Record<string, z.ZodType<unknown, string>>>;

export interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

export function listParameters(query: Query): { readonly filters: Filters } & Page {
  const { limit = 50, cursor, ...asked } = read(query, { ...filters, ...pages });
  return { filters: asked, limit, ...given({ cursor }) };
}

export function countParameters(query: Query): { readonly filters: Filters } {
  return { filters: read(query, filters) };
}

type Values<S extends Shape> = { readonly [Name in keyof S]?: z.output<S[Name]> } & Pick<Filters, 'labels'>;

/** More say nothing new. */
const mostErrors = 20;
const mostLabels = 32;
const labelPrefix = 'label.';

function read<S extends Shape>(query: Query, shape: S): Values<S> {
  const errors: Wrong[] = [];
  const values: Record<string, unknown> = {};
  const labels: Record<string, string> = {};
  for (const [name, given] of Object.entries(query)) {
    const result = valueOf(shape, name, given);
    if ('wrong' in result) errors.push({ query: shortened(name, 80), ...result });
    else if (name.startsWith(labelPrefix)) labels[name.slice(labelPrefix.length)] = String(result.value);
    else values[name] = result.value;
  }
  if (Object.keys(labels).length > mostLabels)
    errors.push({
      query: 'label',
      wrong: `must not be more than ${mostLabels}, as many as a transaction has`,
    });
  if (errors.length > 0) throw notValid(errors);
  return { ...values, ...(Object.keys(labels).length === 0 ? {} : { labels }) } as Values<S>;
}

function valueOf(shape: Shape, name: string, given: unknown): { readonly value: unknown } | Wrong {
  const schema = name.startsWith(labelPrefix) ? labelSchema(name) : ownOf(shape, name);
  if (schema === undefined) return { wrong: `unknown; known: ${known(shape)}` };
  if (typeof given !== 'string') return { wrong: 'must be given once' };
  const parsed = schema.safeParse(given);
  if (parsed.success) return { value: parsed.data };
  return { ...shown(given), wrong: parsed.error.issues[0]?.message ?? 'is not valid' };
}

function ownOf(shape: Shape, name: string): Shape[string] | undefined {
  return Object.hasOwn(shape, name) ? shape[name] : undefined;
}

function labelSchema(name: string): Shape[string] {
  const key = name.slice(labelPrefix.length);
  const wrongName = wrongLabelName(key);
  const wrong =
    wrongName === undefined
      ? `must be ${labelForm}`
      : `must be "label." and the name of a label, which ${wrongName}`;
  return z.string().refine(value => wrongName === undefined && isLabelValue(value), wrong);
}

function known(shape: Shape): string {
  const names = Object.keys(shape);
  return [...names.slice(0, 4), 'label.<name>', ...names.slice(4)].join(', ');
}

function notValid(errors: readonly Wrong[]): Problem {
  const told = errors.slice(0, mostErrors).map(({ wrong, ...where }) => ({ ...where, message: wrong }));
  const rest = errors.length - mostErrors;
  const more = rest > 0 ? [{ message: `and ${rest} more problems` }] : [];
  return new Problem('invalid-request', 'the query is not valid', { errors: [...told, ...more] });
}

function oneOf(all: readonly string[]): string {
  const listed = all.map(each => `"${each}"`);
  return `must be ${listed.slice(0, -1).join(', ')} or ${listed.at(-1) ?? ''}`;
}

type Result<T> = { readonly value: T } | { readonly wrong: string };

/** What a text stands for, or what would be right. */
function readBy<T>(read: (text: string) => Result<T>): (text: string, context: z.RefinementCtx) => T {
  return (text, context) => {
    const result = read(text);
    if ('value' in result) return result.value;
    context.addIssue({ code: 'custom', message: result.wrong });
    return z.NEVER;
  };
}

const hostForm =
  "must be a host as participants have it, as in pay.example.com, 10.0.0.7:8080 or [::1]:8080: with the port where it is not the scheme's own, and no scheme or path";

/** As URLs are read: lower case, and no zeros before a port. */
function hostOf(text: string): Result<string> {
  const [, name, port] = /^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (name === undefined || Number(port ?? 0) > 65_535 || !URL.canParse(`http://${name}/`))
    return { wrong: hostForm };
  const { hostname } = new URL(`http://${name}/`);
  return { value: port === undefined ? hostname : `${hostname}:${Number(port)}` };
}

const instantForm =
  'must be a time as in 2026-01-31T12:00:00Z or 2026-01-31T12:00:00.123+02:00 (RFC 3339, at most milliseconds; a + is written %2B)';

function time(description: string) {
  return z.string().transform(readBy(instantOf)).meta({ format: 'date-time', description });
}

function instantOf(text: string): Result<Ms> {
  const [, date = ''] =
    /^(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const value = isDay(date) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(value) ? { wrong: instantForm } : { value };
}

/** JavaScript takes the 31st of February for the 3rd of March. */
function isDay(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}
