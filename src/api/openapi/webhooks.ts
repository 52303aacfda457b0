/**
 * Owns what `/openapi.json` says of the requests that the coordinator sends, as webhooks: those of a transaction's phases to participants
 * (PROTOCOL §2) and notifications (§3). What is sent is made elsewhere, of the same schemas; each answer begins with what it means, as
 * `protocol/wire/answers.ts` and `protocol/notification/answers.ts` read it, and the tests compare the two.
 */
import { z } from 'zod';
import { notificationBodies } from '../../protocol/client/notified';
import { type NotifyEvent, notificationType, notifyEvents } from '../../protocol/wire/notification';
import { participantBodies, voteBody } from '../../protocol/wire/participantBody';
import { type Phase } from '../../protocol/wire/phases';
import { example as document } from '../transaction/example';
import { type Answer, type Operation, type Parameter } from './operation';

const header = (name: string, description: string, required = false): Parameter => ({
  in: 'header',
  name,
  required,
  schema: z.string().describe(description),
});

const signed = 'Where the coordinator has a signing key';

const signature = [
  header(
    'webhook-signature',
    `${signed}: Standard Webhooks, scheme \`v1\`, several separated by spaces; one that fits is enough`,
  ),
  header(
    'transaction-audience',
    `${signed}: whom the request is for, the URL that is called without its last segment and query`,
  ),
  header(
    'transaction-audience-signature',
    `${signed}: as \`webhook-signature\`, with the audience and a line's end before the body`,
  ),
];

const toParticipant: readonly Parameter[] = [
  header('transaction-id', 'The transaction', true),
  header('idempotency-key', '`<transaction>/<participant>/<phase>`, the same in every repeat', true),
  header('traceparent', 'W3C Trace Context of this one request, where tracing is on'),
  header('tracestate', 'Goes with `traceparent`'),
  header('webhook-id', `${signed}: the idempotency key`),
  header('webhook-timestamp', `${signed}: of the sending, in seconds since 1970`),
  ...signature,
];

const toReceiver: readonly Parameter[] = [
  header('transaction-id', 'The transaction', true),
  header('idempotency-key', '`<transaction>/<event>`, the same in every repeat', true),
  header('webhook-id', 'As `idempotency-key`: by it a repeat is known', true),
  header('webhook-timestamp', 'Of the sending, in seconds since 1970', true),
  ...signature,
];

const later: Pick<Answer, 'headersAtTimes'> = { headersAtTimes: ['Retry-After'] };
const notNow = (meaning: string): Operation['answers'] => ({
  408: { description: meaning, ...later },
  425: { description: meaning, ...later },
  429: { description: meaning, ...later },
  '5XX': { description: meaning, ...later },
});

const toPrepare: Operation['answers'] = {
  200: {
    description:
      'Yes; no if the body is a JSON object whose `vote` is other than `"yes"`, or is called JSON and is none. A yes is kept until the participant is told',
    json: voteBody,
    example: { vote: 'yes' },
  },
  204: { description: 'No: it is not a vote' },
  '2XX': { description: 'No' },
  '3XX': { description: 'No: it is not followed' },
  '4XX': { description: 'No, with the status as the reason' },
  409: { description: 'No' },
  ...notNow('Unavailable: it is asked again, until `decideBy` at the latest'),
};

const toCommit: Operation['answers'] = {
  200: { description: 'Done. Each repeat is answered so too' },
  204: { description: 'Done' },
  default: { description: 'Again: it is asked for as long as it takes', ...later },
};

const unlessRemembered =
  'Done if it did not vote yes, or if an earlier rollback was acknowledged or may have arrived and went without answer; else again';
const ifRefused = 'if every prepare that may have reached it was answered no';

const toRollback: Operation['answers'] = {
  200: { description: 'Done' },
  204: { description: 'Done' },
  '2XX': { description: `Done ${ifRefused}; else again` },
  '3XX': { description: `Done ${ifRefused}; else again. It is not followed` },
  '4XX': { description: `Done ${ifRefused}; else again` },
  404: { description: unlessRemembered },
  409: {
    description: `Done ${ifRefused}; found committed, where commits are provisional (\`onCommitFailure: "rollback"\`); else again`,
  },
  410: { description: unlessRemembered },
  ...notNow('Again: it is asked for as long as it takes'),
};

const told: Operation['answers'] = {
  '2XX': { description: 'Delivered' },
  410: { description: 'Gone: it is not sent again, and listed as `undelivered`' },
  default: { description: 'Again, with growing waits, for three days', ...later },
};

const branch = { transactionId: document.id, participant: 'p1' };

const calls = {
  prepare: {
    summary: 'Prepare: can this change be made, whatever happens?',
    answers: toPrepare,
    example: {
      ...branch,
      ...{ phase: 'prepare', decideBy: document.decideBy, payload: { seats: 2 } },
      locks: [{ resource: 'seat/7', mode: 'exclusive', fencingToken: 4 }],
    },
  },
  commit: { summary: 'Commit what was prepared', answers: toCommit, example: { ...branch, phase: 'commit' } },
  rollback: {
    summary: 'Roll back what was prepared, or may be',
    answers: toRollback,
    example: { ...branch, phase: 'rollback' },
  },
} satisfies Readonly<Record<Phase, object>>;

const moments: Readonly<Record<NotifyEvent, string>> = {
  outcome: '`status` has left `pending`',
  attention: 'For the first time, a participant that phase two waits for has used up its attempts',
  end: 'The transaction has ended',
};

/** A status by itself does not say of which request it is: where none came, or none was whole, PROTOCOL §2 says what is done. */
export const sentByTheCoordinator: readonly Operation[] = [
  ...(['prepare', 'commit', 'rollback'] as const).map(phase => call(phase)),
  ...notifyEvents.map(event => notification(event)),
];

function call(phase: Phase): Operation {
  const { summary, answers, example } = calls[phase];
  return {
    method: 'post',
    path: phase,
    id: `${phase}Call`,
    tag: 'Participants',
    summary,
    description:
      'The same may come more than once. Where no whole answer comes it is asked again, as after a `503`.',
    parameters: toParticipant,
    body: { schema: participantBodies[phase], required: true, examples: { example } },
    answers,
    problems: [],
  };
}

function notification(event: NotifyEvent): Operation {
  const example = { type: notificationType(event), timestamp: document.endedAt, data: document };
  return {
    method: 'post',
    path: notificationType(event),
    id: `${event}Notification`,
    tag: 'Notifications',
    summary: moments[event],
    description:
      'The same may come more than once, always with the same `webhook-id`. No answer within ten seconds is as a `503`.',
    parameters: toReceiver,
    body: { schema: notificationBodies[event], required: true, examples: { example } },
    answers: told,
    problems: [],
  };
}
