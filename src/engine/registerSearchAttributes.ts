/**
 * Owns registering our search attributes (PROTOCOL §4), also in a namespace that exists already. Another type under one of
 * their names is silently ignored by Temporal, so what is registered is compared, and a difference stops the start.
 */
import { type Connection } from '@temporalio/client';
import { type NativeConnection } from '@temporalio/worker';
import { searchAttributeKeys } from './facts/searchAttributes';

/** temporal.api.enums.v1.IndexedValueType */
const types = { KEYWORD: 2, BOOL: 5, KEYWORD_LIST: 7 } as const;

const ours = Object.fromEntries(searchAttributeKeys.map(({ name, type }) => [name, types[type]]));

type Operator = Pick<Connection | NativeConnection, 'operatorService'>;

/** Rejects where an attribute exists with another type, or may not be added. */
export async function registerSearchAttributes(
  { operatorService }: Operator,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
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
  await operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
}

function wrongTypes(namespace: string, names: readonly string[]): string {
  const listed = names.join(', ');
  return `namespace "${namespace}" has the search attribute ${listed} with another type: remove it there, or use another namespace`;
}
