/** Owns the parameters of `GET /transactions` and `GET /transactions/count` (PROTOCOL §3): all that is wrong is said at once, by name. */
import { type Filters } from '../../coordinator/list/contract';
import { isLabelValue, labelForm, wrongLabelName } from '../../protocol/client/transactionSchema';
import { given } from '../../protocol/wire/given';
import { shown } from '../../protocol/wire/inputProblems';
import { type Ms } from '../../protocol/wire/phases';
import { shortened } from '../../protocol/wire/shortened';
import { isOneOf } from '../../protocol/wire/shapes';
import { Problem, type ProblemError } from '../problems';

/** Of the URL, as Express parses it. */
type Query = Readonly<Record<string, unknown>>;

/** What would be right. */
type Wrong = Pick<ProblemError, 'query' | 'value'> & { readonly wrong: string };

/** What a text stands for, or what would be right. */
type Read<T> = (text: string) => { readonly value: T } | { readonly wrong: string };

const ofFilters = {
  status: oneOf(['pending', 'committed', 'rolledback']),
  state: oneOf([
    ...(['acquiringLocks', 'preparing', 'committing', 'rollingBack'] as const),
    ...(['committed', 'rolledback', 'interrupted'] as const),
  ]),
  needsAttention: truth,
  participant: host,
  since: instant,
  until: instant,
} satisfies Readonly<Record<string, Read<unknown>>>;

const ofPages = { limit: pageSize, cursor: anyText };

export interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

export function listParameters(query: Query): { readonly filters: Filters } & Page {
  const { limit = 50, cursor, ...filters } = read(query, { ...ofFilters, ...ofPages });
  return { filters, limit, ...given({ cursor }) };
}

export function countParameters(query: Query): { readonly filters: Filters } {
  return { filters: read(query, ofFilters) };
}

type Readers = Readonly<Record<string, Read<unknown>>>;
type Values<R extends Readers> = {
  readonly [Name in keyof R]?: R[Name] extends Read<infer T> ? T : never;
} & Pick<Filters, 'labels'>;

/** More say nothing new. */
const mostErrors = 20;
const mostLabels = 32;
const labelPrefix = 'label.';

function read<R extends Readers>(query: Query, readers: R): Values<R> {
  const errors: Wrong[] = [];
  const values: Record<string, unknown> = {};
  const labels: Record<string, string> = {};
  for (const [name, given] of Object.entries(query)) {
    const result = valueOf(readers, name, given);
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
  return { ...values, ...(Object.keys(labels).length === 0 ? {} : { labels }) } as Values<R>;
}

function valueOf(readers: Readers, name: string, given: unknown): { readonly value: unknown } | Wrong {
  const reader = name.startsWith(labelPrefix) ? labelReader(name) : ownOf(readers, name);
  if (reader === undefined) return { wrong: `unknown; known: ${known(readers)}` };
  if (typeof given !== 'string') return { wrong: 'must be given once' };
  const result = reader(given);
  return 'wrong' in result ? { ...shown(given), ...result } : result;
}

function ownOf(readers: Readers, name: string): Read<unknown> | undefined {
  return Object.hasOwn(readers, name) ? readers[name] : undefined;
}

function labelReader(name: string): Read<string> {
  const key = name.slice(labelPrefix.length);
  const wrong = wrongLabelName(key);
  if (wrong !== undefined)
    return () => ({ wrong: `must be "label." and the name of a label, which ${wrong}` });
  return value => (isLabelValue(value) ? { value } : { wrong: `must be ${labelForm}` });
}

function known(readers: Readers): string {
  const names = Object.keys(readers);
  return [...names.slice(0, 4), 'label.<name>', ...names.slice(4)].join(', ');
}

function notValid(errors: readonly Wrong[]): Problem {
  const told = errors.slice(0, mostErrors).map(({ wrong, ...where }) => ({ ...where, message: wrong }));
  const rest = errors.length - mostErrors;
  const more = rest > 0 ? [{ message: `and ${rest} more problems` }] : [];
  return new Problem('invalid-request', 'the query is not valid', { errors: [...told, ...more] });
}

function oneOf<const T extends string>(all: readonly T[]): Read<T> {
  const listed = all.map(each => `"${each}"`);
  const wrong = `must be ${listed.slice(0, -1).join(', ')} or ${listed.at(-1) ?? ''}`;
  return text => (isOneOf(all, text) ? { value: text } : { wrong });
}

function truth(text: string): ReturnType<Read<boolean>> {
  return text === 'true' || text === 'false'
    ? { value: text === 'true' }
    : { wrong: 'must be "true" or "false"' };
}

const hostForm =
  "must be a host as participants have it, as in pay.example.com, 10.0.0.7:8080 or [::1]:8080: with the port where it is not the scheme's own, and no scheme or path";

/** As URLs are read: lower case, and no zeros before a port. */
function host(text: string): ReturnType<Read<string>> {
  const [, name, port] = /^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (name === undefined || Number(port ?? 0) > 65_535 || !URL.canParse(`http://${name}/`))
    return { wrong: hostForm };
  const { hostname } = new URL(`http://${name}/`);
  return { value: port === undefined ? hostname : `${hostname}:${Number(port)}` };
}

const instantForm =
  'must be a time as in 2026-01-31T12:00:00Z or 2026-01-31T12:00:00.123+02:00 (RFC 3339, at most milliseconds; a + is written %2B)';

function instant(text: string): ReturnType<Read<Ms>> {
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

const mostListed = 200;

function pageSize(text: string): ReturnType<Read<number>> {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  const wrong = `must be a whole number from 1 to ${mostListed}`;
  return value >= 1 && value <= mostListed ? { value } : { wrong };
}

/** The list itself says whether it is one of its own. */
function anyText(text: string): ReturnType<Read<string>> {
  return { value: text };
}
