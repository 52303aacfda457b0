/** Owns coordinators of these tests as processes, on the server that all test files share. */
import { randomUUID } from 'node:crypto';
import { type Participants } from '../support/participants';
import { post, untilEnded } from '../support/processes';

export const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';

type Settings = Readonly<Record<string, string>>;

/** On a task queue of their own. */
export function together(env: Settings = {}): Settings {
  return { TEMPORAL_ADDRESS: address, DTC_TASK_QUEUE: `traces-${randomUUID()}`, ...env };
}

export async function commit(
  participants: Participants,
  url: string,
  headers: Settings = {},
): Promise<string> {
  const urls = [participants.url('a'), participants.url('b')];
  const { id } = await post(url, urls, headers);
  expect(await untilEnded(url, id)).toMatchObject({ status: 'committed' });
  return id;
}
