/**
 * Owns the opening of what Temporal's own answers hold (`describe`, history, lists), which the SDK hands on as they are: every sealed
 * payload in them, wherever it stands, and the messages of failures, which are sealed apart.
 */
import { type Payload, defaultPayloadConverter } from '@temporalio/common';
import { membersOf } from '../../protocol/wire/shapes';
import { type PayloadCipher, isSealed } from './cipher';

/** The answer itself, opened: nobody else has it. */
export type Opened = <T extends object>(answer: T) => T;

const asItIs: Opened = answer => answer;

export function openedBy(cipher: PayloadCipher): Opened {
  if (!cipher.seals) return asItIs;
  return answer => {
    openIn(answer, cipher);
    return answer;
  };
}

function openIn(value: object, cipher: PayloadCipher): void {
  if (value instanceof Uint8Array) return;
  const member = value as Record<string, unknown>;
  if (isPayload(member)) {
    if (isSealed(member)) Object.assign(member, cipher.open(member));
    return;
  }
  for (const each of Object.values(member))
    if (typeof each === 'object' && each !== null) openIn(each, cipher);
  if (isPayload(member['encodedAttributes'])) tellMessage(member, member['encodedAttributes']);
}

function isPayload(value: unknown): value is Payload {
  const { metadata, data } = membersOf(value);
  return typeof metadata === 'object' && metadata !== null && data instanceof Uint8Array;
}

/** As the SDK's own failure converter does (`encodeCommonAttributes`). */
function tellMessage(failure: Record<string, unknown>, attributes: Payload): void {
  if (isSealed(attributes)) return; // nobody has opened it
  const { message, stack_trace: stackTrace } = membersOf(defaultPayloadConverter.fromPayload(attributes));
  Object.assign(failure, { message, stackTrace });
}
