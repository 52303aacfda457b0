/** Owns the list of what is prepared, in pages (PROTOCOL §2). */
import { namePattern } from '../../protocol/wire/names';
import { timestamp } from '../../protocol/wire/phases';
import { type PreparedPage } from '../contract';
import { type ResourceManager } from '../resourceManager';
import { type Position } from '../ledger/votes';
import { Problem } from './problems';

const longestPage = 1_000;

export async function pageOf(
  manager: ResourceManager,
  { limit = 100, cursor }: { readonly limit?: number; readonly cursor?: string },
): Promise<PreparedPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > longestPage)
    throw new Problem('invalid-request', `limit must be a whole number from 1 to ${longestPage}`);
  const after = cursor === undefined ? {} : { after: positionOf(cursor) };
  const records = await manager.prepared({ limit, ...after });
  const last = records.length === limit ? records.at(-1) : undefined;
  return {
    prepared: records.map(({ transactionId, participant, createdAt }) => ({
      transactionId,
      participant,
      preparedAt: timestamp(createdAt),
    })),
    ...(last === undefined ? {} : { next: cursorOf(last) }),
  };
}

const isName = (text: unknown): boolean => typeof text === 'string' && namePattern.test(text);

function cursorOf({ createdAt, transactionId, participant }: Position): string {
  return Buffer.from(JSON.stringify([createdAt, transactionId, participant])).toString('base64url');
}

function positionOf(cursor: string): Position {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const [createdAt, transactionId, participant] = read as [number, string, string];
    if (Number.isSafeInteger(createdAt) && [transactionId, participant].every(isName))
      return { createdAt, transactionId, participant };
  } catch {
    // said below
  }
  throw new Problem('invalid-request', 'cursor must be the "next" of an earlier page');
}
