/**
 * Owns registering our search attributes (PROTOCOL §4), also in a namespace that exists already. Another type under one of
 * their names is silently ignored by Temporal, so what is registered is compared, and a difference stops the start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type NativeConnection } from '@temporalio/worker';
import { within } from './ask';
import { isInvalid } from './errors';
import { heuristicKey, searchAttributeKeys } from './facts/searchAttributes';

/** temporal.api.enums.v1.IndexedValueType */
const types = { KEYWORD: 2, BOOL: 5, KEYWORD_LIST: 7 } as const;

const ours = Object.fromEntries(searchAttributeKeys.map(({ name, type }) => [name, types[type]]));

const callWithinMs = 10_000;

/** Rejects where an attribute exists with another type, or may not be added (`isForbidden`). */
export async function registerSearchAttributes(
  connection: Pick<NativeConnection, 'operatorService' | 'withDeadline' | 'workflowService'>,
  namespace: string,
): Promise<void> {
  const { operatorService } = connection;
  const { customAttributes } = await within({ connection }, callWithinMs, () =>
    operatorService.listSearchAttributes({ namespace }),
  );
  const wrong = Object.entries(ours).filter(([name, type]) => (customAttributes[name] ?? type) !== type);
  if (wrong.length > 0)
    throw new Error(
      wrongTypes(
        namespace,
        wrong.map(([name]) => name),
      ),
    );
  const missing = Object.entries(ours).filter(([name]) => customAttributes[name] === undefined);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing);
  await within({ connection }, callWithinMs, () =>
    operatorService.addSearchAttributes({ namespace, searchAttributes }),
  );
  await untilKnown(
    { connection, namespace },
    missing.map(([name]) => name),
  );
}

/** Temporal's services read what is registered now and then, each by itself: who sets one that its service has not read yet stalls for so long. */
const readAgain = { everyMs: 100, withinMs: 70_000, byTheOthersMs: 500 };

async function untilKnown({ connection, namespace }: Way, names: readonly string[]): Promise<void> {
  const end = performance.now() + readAgain.withinMs;
  const query = names.map(name => `${name} IS NULL`).join(' AND ');
  while (!(await isKnown({ connection, namespace }, query))) {
    if (performance.now() > end)
      throw new Error(
        `Temporal has registered the search attributes ${names.join(', ')} in namespace "${namespace}", and does not know them yet: try again in a minute`,
      );
    await sleep(readAgain.everyMs);
  }
  await sleep(readAgain.byTheOthersMs);
}

interface Way {
  readonly connection: Pick<NativeConnection, 'withDeadline' | 'workflowService'>;
  readonly namespace: string;
}

/** Temporal refuses a query that names one which is not there. @throws what else is wrong */
async function isKnown({ connection, namespace }: Way, query: string): Promise<boolean> {
  try {
    await within({ connection }, callWithinMs, () =>
      connection.workflowService.countWorkflowExecutions({ namespace, query }),
    );
    return true;
  } catch (error) {
    if (isInvalid(error)) return false;
    throw error;
  }
}

/**
 * Whether the namespace has the attribute for heuristic outcomes, for whoever may not look at what is registered: Temporal refuses a
 * query that names one which is not. Where it does not tell, it counts as not there: who sets one that is not there stalls.
 */
export async function hasHeuristicAttribute(
  connection: Pick<NativeConnection, 'withDeadline' | 'workflowService'>,
  namespace: string,
): Promise<boolean> {
  const query = `${heuristicKey.name} IS NOT NULL`;
  try {
    await within({ connection }, callWithinMs, () =>
      connection.workflowService.countWorkflowExecutions({ namespace, query }),
    );
    return true;
  } catch {
    return false;
  }
}

/** For the log, where that is not ours to do: the start goes on, since an administrator may have done it. */
export function searchAttributesRefused({
  address,
  namespace,
  listsHeuristic,
}: {
  readonly address: string;
  readonly namespace: string;
  readonly listsHeuristic: boolean;
}): string {
  const create = `temporal operator search-attribute create --address ${address} --namespace ${namespace}`;
  const temporal = searchAttributeKeys.map(
    ({ name, type }) => `${create} --name ${name} --type ${cliType(type)}`,
  );
  const tcld = searchAttributeKeys.map(({ name, type }) => `--search-attribute "${name}=${cliType(type)}"`);
  return (
    'Temporal does not let the coordinator look for its search attributes, or register them. Without them no transaction comes ' +
    `to its end. ${listsHeuristic ? '' : withoutHeuristic}If an administrator has registered them, all is well; else: ` +
    `${temporal.join(' && ')}; in Temporal Cloud: tcld namespace search-attributes add --namespace ${namespace} ${tcld.join(' ')}`
  );
}

const withoutHeuristic = `${heuristicKey.name} is not there: until it is, and the coordinator has been started again, heuristic outcomes are told by the log alone. `;

/** KEYWORD_LIST is KeywordList to the command lines. */
function cliType(type: string): string {
  return type.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, first: string) => first.toUpperCase());
}

function wrongTypes(namespace: string, names: readonly string[]): string {
  const listed = names.join(', ');
  return `namespace "${namespace}" has the search attribute ${listed} with another type: remove it there, or use another namespace`;
}
