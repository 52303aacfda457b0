/** Owns the proof of the answers table of PROTOCOL §2: every row, in all three directions, and what it leaves behind. */
import {
  type Reply,
  type ParticipantStanding,
  exposureOf,
  failureOf,
  readCompletion,
  readVote,
} from '../../src/protocol/wire/answers';

const answer = (status: number, body?: string): Reply => ({
  kind: 'answer',
  status,
  ...(body === undefined ? {} : { body }),
});
const message = '';
const policy: Reply = { kind: 'notSent', code: 'policy', message };
const noConnection: Reply = { kind: 'notSent', code: 'connection', message };
const busy: Reply = { kind: 'notSent', code: 'busy', message };
const timeout: Reply = { kind: 'lost', code: 'timeout', message };
const cutOff: Reply = { kind: 'lost', code: 'cutOff', message };
const brokenHttp: Reply = { kind: 'malformed', code: 'brokenHttp', message };
const tooLarge: Reply = { kind: 'malformed', code: 'tooLarge', message };
const notJson: Reply = { kind: 'malformed', code: 'notJson', message };

/** As one reads a rollback of somebody who voted yes and of whom nothing else is known. */
const rollback: ParticipantStanding = {
  phase: 'rollback',
  votedYes: true,
  everyPrepareRefused: false,
  mayHaveRolledBack: false,
  conflictMeansCommitted: false,
};
const commit: ParticipantStanding = { ...rollback, phase: 'commit' };
const refusedAll: ParticipantStanding = { ...rollback, votedYes: false, everyPrepareRefused: true };

type Row = [name: string, reply: Reply, prepare: string, commit: string, rollback: string, ofRefused: string];

const rows: Row[] = [
  ['200', answer(200), 'yes', 'done', 'done', 'done'],
  ['204', answer(204), 'no', 'done', 'done', 'done'],
  ['409', answer(409), 'no', 'unavailable', 'unavailable', 'done'],
  ['404', answer(404), 'no', 'unavailable', 'unavailable', 'done'],
  ['410', answer(410), 'no', 'unavailable', 'unavailable', 'done'],
  ['400', answer(400), 'no', 'unavailable', 'unavailable', 'done'],
  ['401', answer(401), 'no', 'unavailable', 'unavailable', 'done'],
  ['423', answer(423), 'no', 'unavailable', 'unavailable', 'done'],
  ['408', answer(408), 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['425', answer(425), 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['429', answer(429), 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['500', answer(500), 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['503', answer(503), 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['201', answer(201), 'no', 'unavailable', 'unavailable', 'done'],
  ['202', answer(202), 'no', 'unavailable', 'unavailable', 'done'],
  ['302', answer(302), 'no', 'unavailable', 'unavailable', 'done'],
  ['refused by policy', policy, 'no', 'unavailable', 'unavailable', 'done'],
  ['broken HTTP', brokenHttp, 'no', 'unavailable', 'unavailable', 'unavailable'],
  ['too large an answer', tooLarge, 'no', 'unavailable', 'unavailable', 'unavailable'],
  ['JSON that is none', notJson, 'no', 'unavailable', 'unavailable', 'unavailable'],
  ['no connection', noConnection, 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['a full bulkhead', busy, 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['an answer cut off', cutOff, 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
  ['no answer in time', timeout, 'unavailable', 'unavailable', 'unavailable', 'unavailable'],
];

describe.each(rows)('%s', (_, reply, toPrepare, toCommit, toRollback, ofRefused) => {
  test(`means "${toPrepare}" to prepare`, () => {
    expect(readVote(reply).is).toBe(toPrepare);
  });

  test(`means "${toCommit}" to commit`, () => {
    expect(readCompletion(reply, commit).is).toBe(toCommit);
  });

  test(`means "${toRollback}" to the rollback of one that voted yes`, () => {
    expect(readCompletion(reply, rollback).is).toBe(toRollback);
  });

  test(`means "${ofRefused}" to the rollback of one that refused every prepare`, () => {
    expect(readCompletion(reply, refusedAll).is).toBe(ofRefused);
  });
});

describe('the vote in the body of a 200', () => {
  test.each([
    ['nothing', undefined, 'yes'],
    ['an empty body', '', 'yes'],
    ['what is not JSON, and not called so', 'prepared', 'yes'],
    ['JSON without a vote', '{"state":"ok"}', 'yes'],
    ['JSON that is no object', '"no"', 'yes'],
    ['"yes"', '{"vote":"yes"}', 'yes'],
    ['"no"', '{"vote":"no"}', 'no'],
    ['another word', '{"vote":"maybe"}', 'no'],
    ['another type', '{"vote":true}', 'no'],
    ['null', '{"vote":null}', 'no'],
  ])('%s is read', (_, body, is) => {
    expect(readVote(answer(200, body)).is).toBe(is);
  });

  test('does not count in phase two: the status line alone does', () => {
    expect(readCompletion(answer(200, '{"vote":"no"}'), commit).is).toBe('done');
  });
});

describe('404 to rollback', () => {
  test.each([404, 410])('%i is done for one that never voted yes, whatever was lost', status => {
    expect(readCompletion(answer(status), { ...rollback, votedYes: false }).is).toBe('done');
  });

  test.each([404, 410])('%i is done for one that may have rolled back and forgotten', status => {
    expect(readCompletion(answer(status), { ...rollback, mayHaveRolledBack: true }).is).toBe('done');
  });
});

describe('409 to rollback', () => {
  test('is retried for one that refused once, while another prepare went unanswered', () => {
    expect(readCompletion(answer(409), { ...rollback, votedYes: false }).is).toBe('unavailable');
  });

  test('finds the participant committed where a provisional commit was given up', () => {
    expect(readCompletion(answer(409), { ...rollback, conflictMeansCommitted: true }).is).toBe(
      'foundCommitted',
    );
  });

  test('says so of 409 alone', () => {
    expect(readCompletion(answer(404), { ...rollback, conflictMeansCommitted: true }).is).toBe('unavailable');
  });
});

describe('what a request leaves behind', () => {
  test.each<[string, Reply, boolean, boolean, boolean]>([
    ['a yes', answer(200), true, false, true],
    ['a no', answer(409), true, false, false],
    ['a 404', answer(404), true, false, false],
    ['not now', answer(429), true, false, true],
    ['a server error', answer(504), true, true, true],
    ['no answer', timeout, true, true, true],
    ['broken HTTP', brokenHttp, true, true, true],
    ['JSON that is none', notJson, true, true, true],
    ['no connection', noConnection, false, false, false],
    ['a refusal by policy', policy, false, false, false],
  ])('%s', (_, reply, reached, unanswered, notNo) => {
    expect(exposureOf(reply)).toEqual({ reached, unanswered, notNo });
  });
});

test('a failure says what was answered and how long to wait', () => {
  expect(failureOf({ kind: 'answer', status: 503, retryAfterMs: 2000 })).toEqual({
    code: 'unavailable',
    status: 503,
    message: 'answered 503',
    retryAfterMs: 2000,
  });
  expect(failureOf(answer(409)).code).toBe('refused');
  expect(failureOf(answer(404)).code).toBe('unexpectedStatus');
});
