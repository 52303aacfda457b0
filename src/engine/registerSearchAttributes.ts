/**
 * Owns registering our search attributes (PROTOCOL §4), also in a namespace that exists already. Another type under one of the names
 * that every transaction needs is silently ignored by Temporal, so what is registered is compared, and a difference stops the start.
 * Without one of those that came later (`laterKeys`) the coordinator does its work, and lists less: that is for the log.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type NativeConnection } from '@temporalio/worker';
import { countRuns, within } from './ask';
import { EngineUnavailable, isForbidden, isInvalid, saidBy } from './errors';
import {
  type LaterAttributes,
  heuristicKey,
  laterKeys,
  neededKeys,
  searchAttributeKeys,
  startedByKey,
  transactionLabelsKey,
  transactionStatusKey,
} from './facts/searchAttributes';

/** temporal.api.enums.v1.IndexedValueType */
const types = { KEYWORD: 2, BOOL: 5, KEYWORD_LIST: 7 } as const;

type Way = Pick<NativeConnection, 'operatorService' | 'withDeadline' | 'workflowService'>;
type Types = Readonly<Record<string, number>>;

const needed: Types = Object.fromEntries(neededKeys.map(({ name, type }) => [name, types[type]]));
const later: Types = Object.fromEntries(laterKeys.map(({ name, type }) => [name, types[type]]));

const callWithinMs = 10_000;

export interface Registered {
  /** Those of the later ones that may be set. */
  readonly attributes: LaterAttributes;
  /** `mayNot`: Temporal lets us neither look nor register. Else why one of the later ones is not there. */
  readonly trouble?: { readonly is: 'mayNot' } | { readonly is: 'lacking'; readonly why: string };
}

/** Rejects where an attribute that is needed exists with another type, or cannot be added. */
export async function registerSearchAttributes(connection: Way, namespace: string): Promise<Registered> {
  try {
    const found = await registered(connection, namespace);
    demandTypes(found, namespace);
    const missing = Object.keys({ ...needed, ...later }).filter(name => found[name] === undefined);
    const why = missing.length === 0 ? '' : await addAll(connection, namespace, missing);
    const now = missing.length === 0 ? found : await registered(connection, namespace);
    return lacking(now, why);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { attributes: await seen(connection, namespace), trouble: { is: 'mayNot' } };
  }
}

async function registered(connection: Way, namespace: string): Promise<Types> {
  const { operatorService } = connection;
  const { customAttributes } = await within({ connection }, callWithinMs, () =>
    operatorService.listSearchAttributes({ namespace }),
  );
  return customAttributes;
}

function demandTypes(found: Types, namespace: string): void {
  const wrong = Object.entries(needed).filter(([name, type]) => (found[name] ?? type) !== type);
  if (wrong.length === 0) return;
  throw new Error(
    wrongTypes(
      namespace,
      wrong.map(([name]) => name),
    ),
  );
}

/**
 * What Temporal said against those that it did not add; empty where it added all. One by one where it does not take all together: the
 * namespace may have room for some (an SQL database has three lists in all), and another process may be adding the same.
 */
async function addAll(connection: Way, namespace: string, names: readonly string[]): Promise<string> {
  const refusals = await add(connection, namespace, names);
  if (refusals === undefined) {
    await untilKnown(connection, namespace, names);
    return '';
  }
  const said = [];
  for (const name of names) said.push(await add(connection, namespace, [name]));
  const now = await registered(connection, namespace);
  const isLacking = names.some(name => needed[name] !== undefined && now[name] === undefined);
  if (isLacking) throw new Error(`Temporal does not register search attributes: ${refusals}`);
  await untilKnown(
    connection,
    namespace,
    names.filter(name => now[name] !== undefined),
  );
  return said.filter(each => each !== undefined).join('; ');
}

/** Temporal's services read what is registered now and then, each by itself: who sets one that its service has not read yet stalls for so long. */
const readAgain = { everyMs: 100, withinMs: 70_000, byTheOthersMs: 500 };

async function untilKnown(connection: Way, namespace: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const end = performance.now() + readAgain.withinMs;
  const query = names.map(name => `${name} IS NULL`).join(' AND ');
  while (!(await isKnown(connection, namespace, query))) {
    if (performance.now() > end)
      throw new Error(
        `Temporal has registered the search attributes ${names.join(', ')} in namespace "${namespace}", and does not know them yet: try again in a minute`,
      );
    await sleep(readAgain.everyMs);
  }
  await sleep(readAgain.byTheOthersMs);
}

/** Temporal refuses a query that names one which is not there. @throws what else is wrong */
async function isKnown(connection: Way, namespace: string, query: string): Promise<boolean> {
  try {
    await countRuns({ connection, namespace }, query, callWithinMs);
    return true;
  } catch (error) {
    if (isInvalid(error)) return false;
    throw error;
  }
}

/** Undefined where it did. */
async function add(
  connection: Way,
  namespace: string,
  names: readonly string[],
): Promise<string | undefined> {
  const { operatorService } = connection;
  const all = { ...needed, ...later };
  const searchAttributes = Object.fromEntries(names.map(name => [name, all[name] ?? 0]));
  try {
    await within({ connection }, callWithinMs, () =>
      operatorService.addSearchAttributes({ namespace, searchAttributes }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof EngineUnavailable) throw error;
    return saidBy(error);
  }
}

function lacking(found: Types, why: string): Registered {
  const attributes = new Set(Object.keys(later).filter(name => found[name] === later[name]));
  const mistyped = Object.keys(later).filter(name => found[name] !== undefined && !attributes.has(name));
  const ofTypes = mistyped.length === 0 ? '' : `the namespace has ${mistyped.join(', ')} with another type`;
  if (attributes.size === laterKeys.length) return { attributes };
  return {
    attributes,
    trouble: { is: 'lacking', why: [ofTypes, why].filter(text => text !== '').join('; ') },
  };
}

/**
 * Which of the later ones the namespace has, for whoever may not look at what is registered: Temporal refuses a query that names one
 * which is not. Where it does not tell, it counts as not there: who sets one that is not there stalls.
 */
async function seen(connection: Way, namespace: string): Promise<LaterAttributes> {
  const found = await Promise.all(laterKeys.map(({ name }) => isSeen(connection, namespace, name)));
  return new Set(laterKeys.filter((_key, at) => found[at]).map(({ name }) => name));
}

async function isSeen(connection: Way, namespace: string, name: string): Promise<boolean> {
  return isKnown(connection, namespace, `${name} IS NOT NULL`).catch(() => false);
}

interface Where {
  readonly address: string;
  readonly namespace: string;
}

/** For the log, where that is not ours to do, or Temporal did not do all of it: the start goes on. Undefined where all is well. */
export function searchAttributeTrouble(
  { attributes, trouble }: Registered,
  where: Where,
): string | undefined {
  if (trouble === undefined) return undefined;
  const missing = laterKeys.filter(({ name }) => !attributes.has(name));
  const without = missing.map(({ name }) => `${name} is not there: ${untilThen}${effects[name] ?? ''}.`);
  if (trouble.is === 'lacking')
    return `Temporal did not register every search attribute (${trouble.why}). ${without.join(' ')} An administrator registers it by: ${commands(where, missing)}`;
  return (
    'Temporal does not let the coordinator look for its search attributes, or register them. Without ' +
    `${neededKeys.map(({ name }) => name).join(', ')} no transaction comes to its end. ${without.join(' ')} ` +
    `If an administrator has registered them, all is well; else: ${commands(where, searchAttributeKeys)}`
  );
}

const untilThen = 'until it is, and the coordinator has been started again, ';

/** What there is not without them. */
const effects: Readonly<Record<string, string>> = {
  [heuristicKey.name]: 'heuristic outcomes are told by the log alone',
  [transactionStatusKey.name]: 'GET /transactions?status= has to look at what runs one by one',
  [transactionLabelsKey.name]: 'GET /transactions cannot filter by labels',
  [startedByKey.name]: 'a client cannot list its transactions',
};

function commands(
  { address, namespace }: Where,
  keys: readonly { readonly name: string; readonly type: string }[],
): string {
  const create = `temporal operator search-attribute create --address ${address} --namespace ${namespace}`;
  const temporal = keys.map(({ name, type }) => `${create} --name ${name} --type ${cliType(type)}`);
  const tcld = keys.map(({ name, type }) => `--search-attribute "${name}=${cliType(type)}"`);
  return `${temporal.join(' && ')}; in Temporal Cloud: tcld namespace search-attributes add --namespace ${namespace} ${tcld.join(' ')}`;
}

/** KEYWORD_LIST is KeywordList to the command lines. */
function cliType(type: string): string {
  return type.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, first: string) => first.toUpperCase());
}

function wrongTypes(namespace: string, names: readonly string[]): string {
  const listed = names.join(', ');
  return `namespace "${namespace}" has the search attribute ${listed} with another type: remove it there, or use another namespace`;
}
