/** Owns which schemas have a name in `/openapi.json`, and what JSON Schema is made of them. Zod makes it: nothing is written twice. */
import { z } from 'zod';
import {
  actionDocument,
  endEvent,
  lastError,
  lateRollbackDocument,
  lockStateDocument,
  participantDocument,
  reason,
  recoveryDocument,
  stalledDocument,
  transactionDocument,
} from '../../protocol/client/document';
import { actedOrForeseen, follows, foreseenDocument } from '../../protocol/client/foreseen';
import {
  countOfTransactions,
  listOfTransactions,
  listedParticipant,
  listedTransaction,
} from '../../protocol/client/listed';
import { consoleFacts } from '../../protocol/client/console';
import { lease, listOfLocks, lockDocument } from '../../protocol/client/locks';
import { bulkReport, sickHost, sickHosts } from '../../protocol/client/many';
import {
  findingDocument,
  orphansReport,
  sweepActionDocument,
  sweepUnderWay,
} from '../../protocol/client/orphans';
import { payloads } from '../../protocol/client/payloads';
import { notificationBodies } from '../../protocol/client/notified';
import { type ProblemName, problemError, problemNames, problemSchema } from '../../protocol/client/problems';
import { type sentTransaction } from '../../protocol/client/sentTransaction';
import { fencedLock, participantBodies, voteBody } from '../../protocol/wire/participantBody';
import { resolveManyBody, retryManyBody } from '../bulk/bodies';
import { codecBody } from '../codec/body';
import { leaseBody } from '../lock/bodies';
import { lockOrLocks } from '../lock/operations';
import { healthy, ready } from '../serviceOperations';
import { abortBody, resolveBody, retryBody, sweepBody } from '../transaction/bodies';

export type JsonSchema = Readonly<Record<string, unknown>>;

const requests = {
  Abort: abortBody,
  Retry: retryBody,
  Resolve: resolveBody,
  RetryMany: retryManyBody,
  ResolveMany: resolveManyBody,
  Sweep: sweepBody,
  LeaseRequest: leaseBody,
  CodecRequest: codecBody,
};

const answers = {
  Transaction: transactionDocument,
  Participant: participantDocument,
  Reason: reason,
  RequestError: lastError,
  TransactionLock: lockStateDocument,
  LateRollback: lateRollbackDocument,
  Action: actionDocument,
  Stalled: stalledDocument,
  Recovery: recoveryDocument,
  EndOfTransaction: endEvent,
  Foreseen: foreseenDocument,
  Follows: follows,
  TransactionOrForeseen: actedOrForeseen,
  TransactionList: listOfTransactions,
  ListedTransaction: listedTransaction,
  ListedParticipant: listedParticipant,
  TransactionCount: countOfTransactions,
  BulkReport: bulkReport,
  SickHosts: sickHosts,
  SickHost: sickHost,
  Lease: lease,
  Lock: lockDocument,
  LockList: listOfLocks,
  LockOrLocks: lockOrLocks,
  Orphans: orphansReport,
  Finding: findingDocument,
  SweepAction: sweepActionDocument,
  SweepUnderWay: sweepUnderWay,
  ConsoleFacts: consoleFacts,
  Payloads: payloads,
  Healthy: healthy,
  Ready: ready,
  ProblemError: problemError,
};

/** What the coordinator sends, and is answered. */
const sent = {
  PrepareCall: participantBodies.prepare,
  CommitCall: participantBodies.commit,
  RollbackCall: participantBodies.rollback,
  FencedLock: fencedLock,
  Vote: voteBody,
  OutcomeNotification: notificationBodies.outcome,
  AttentionNotification: notificationBodies.attention,
  EndNotification: notificationBodies.end,
};

export interface Components {
  /** By name. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  /** Of a schema that has a name. @throws Error where it has none: an operation names one that is not listed here */
  readonly refTo: (schema: z.ZodType) => JsonSchema;
  readonly refToProblem: (name: ProblemName) => JsonSchema;
}

export function componentsOf({ participant, request }: ReturnType<typeof sentTransaction>): Components {
  const registry = z.registry<{ id: string }>();
  const named = {
    TransactionRequest: request,
    ParticipantRequest: participant,
    ...requests,
    ...answers,
    ...sent,
  };
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  for (const name of problemNames) registry.add(problemSchema(name), { id: problemId(name) });
  const { schemas } = z.toJSONSchema(registry, { ...options, uri: uriOf });
  return {
    schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema)])),
    refTo: schema => {
      const id = registry.get(schema)?.id;
      if (id === undefined) throw new Error('an operation has a schema without a name: see components.ts');
      return { $ref: uriOf(id) };
    },
    refToProblem: name => ({ $ref: uriOf(problemId(name)) }),
  };
}

/** Answers are not closed: members may be added. Requests are strict objects, which are closed either way. */
const options = {
  io: 'input',
  unrepresentable: 'any',
  override: ({ jsonSchema }) => {
    // which integers JavaScript has is no rule of ours
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  },
} satisfies z.core.ToJSONSchemaParams;

/** Of one that stands where it is used. */
export function inlined(schema: z.ZodType): JsonSchema {
  return bare(z.toJSONSchema(schema, options));
}

function bare({ $schema, $id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function uriOf(id: string): string {
  return `#/components/schemas/${id}`;
}

/** `lock-timeout` is `LockTimeoutProblem`. */
function problemId(name: ProblemName): string {
  const words = name.split('-').map(word => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Problem`;
}
