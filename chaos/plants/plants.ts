/**
 * Owns the bugs that are planted to see a run find them: each is a text in the compiled code that stands there exactly once, and what is put in its
 * place. The code on the disk stays as it is.
 */
import { type Rule } from '../checker/violation';

interface Change {
  /** The end of the file's path in `dist`. */
  readonly file: string;
  readonly replace: string;
  readonly by: string;
}

export interface Planted {
  readonly what: string;
  readonly changes: readonly Change[];
  /** Any of them shows it. */
  readonly foundAs: readonly Rule[];
  /** The faults under which it shows soonest. */
  readonly under: readonly string[];
}

const bundle = 'dist/workflow-bundle.js';

/** The core would notice by itself, and stand still: so a bug of the core is planted together with this. */
const unwatched: Change = {
  file: bundle,
  replace: 'function assertInvariants(before, after) {',
  by: 'function assertInvariants(before, after) { return;',
};

/** @param file its path, with which nothing may be planted: then the code is returned as it is */
export function plantedIn(file: string, code: string, changes: readonly Change[]): string {
  return changes
    .filter(each => file.endsWith(each.file))
    .reduce((text, { replace, by }) => {
      const parts = text.split(replace);
      if (parts.length !== 2)
        throw new Error(`${parts.length - 1} places of "${replace}" in ${file}: adapt the plant`);
      return parts.join(by);
    }, code);
}

export const plants: Readonly<Record<string, Planted>> = {
  commitBeforeLastVote: {
    what: 'the core commits once somebody has said yes',
    changes: [
      unwatched,
      {
        file: bundle,
        replace: "if (!t.participants.every(p => p.vote === 'yes'))",
        by: "if (!t.participants.some(p => p.vote === 'yes'))",
      },
    ],
    foundAs: ['commit without all votes'],
    under: ['answers: storm', 'answers: late'],
  },
  decisionForgotten: {
    what: 'a commit that is decided is not in what a run leaves that is ended from outside: whoever takes it up rolls back',
    changes: [
      unwatched,
      {
        file: bundle,
        replace: 'if (!(0, state_1.isUndecided)(t))',
        by: "if (!(0, state_1.isUndecided)(t) && t.stage !== 'committing')",
      },
    ],
    foundAs: ['rollback after commit', 'partial commit', 'decision changed'],
    under: ['terminate', 'delay link'],
  },
  xaRecordFirst: {
    what: 'the kit writes down that a branch is prepared, and prepares it then',
    changes: [
      {
        file: 'dist/src/participant/xa.js',
        replace: 'return store.transaction(session => prepareLocked(session, call));',
        by: `const isNew = (await store.transaction(session => (0, votes_1.lock)(session, ledger, call))).state === 'preparing';
        if (isNew) await store.transaction(session => (0, votes_1.change)(session, call, (0, votes_1.afterVote)({ vote: 'yes' })));
        return store.transaction(session => prepareLocked(session, call, isNew));`,
      },
      {
        file: 'dist/src/participant/xa.js',
        replace: `const prepareLocked = async (session, call) => {
        const record = await (0, votes_1.lock)(session, ledger, call);`,
        by: `const prepareLocked = async (session, call, isNew) => {
        const found_ = await (0, votes_1.lock)(session, ledger, call);
        const record = isNew ? { ...found_, state: 'preparing' } : found_;`,
      },
    ],
    foundAs: ['partial commit', 'lost commit', 'left pending'],
    under: ['delay link', 'kill participant', 'kill database'],
  },
  pausedIsOver: {
    what: 'a run that somebody has paused in Temporal is taken for one that has ended: its locks are given to others (who look sooner, to see it)',
    changes: [
      {
        file: 'dist/src/engine/facts/status.js',
        replace: "if (status === 'PAUSED')\n        return 'paused';",
        by: "if (status === 'PAUSED')\n        return 'ended';",
      },
      { file: bundle, replace: 'const firstLookAfterMs = 15_000;', by: 'const firstLookAfterMs = 300;' },
    ],
    foundAs: ['locks overlap'],
    under: ['pause transaction', 'answers: late'],
  },
  unavailableIsYes: {
    what: 'a 503 to prepare is taken for a yes',
    changes: [
      {
        file: 'dist/src/protocol/wire/answers.js',
        replace: "return isTransient(reply.status) ? { is: 'unavailable', why }",
        by: "return isTransient(reply.status) ? { is: 'yes' }",
      },
    ],
    foundAs: ['commit without all votes'],
    under: ['answers: storm', 'answers: lostAnswer'],
  },
  barrierOff: {
    what: 'the kit forgets that it has committed, and does it again when it is told again',
    changes: [
      {
        file: 'dist/src/participant/reservation.js',
        replace: "await (0, votes_1.change)(session, key, (0, votes_1.after)('committed', settledBy));",
        by: '',
      },
    ],
    foundAs: ['double commit'],
    under: ['answers: lostAnswer', 'answers: late'],
  },
  commitNotDone: {
    what: 'the kit acknowledges a commit that it has not done',
    changes: [
      {
        file: 'dist/src/participant/reservation.js',
        replace:
          "await kept(session, () => work.commit(tx, (0, record_1.callOf)(step.record, 'commit', key.traceparent)));",
        by: '',
      },
    ],
    foundAs: ['partial commit', 'lost commit'],
    under: ['kill worker'],
  },
  rollbackForgotten: {
    what: 'the kit acknowledges a rollback and keeps what it holds',
    changes: [
      {
        file: 'dist/src/participant/ledger/record.js',
        replace: "case 'preparing':\n        case 'prepared':\n            return run(record);",
        by: "case 'preparing':\n        case 'prepared':\n            return answer(exports.done);",
      },
    ],
    foundAs: ['left prepared'],
    under: ['signal abort'],
  },
  lateVote: {
    what: 'the kit says yes to a prepare that comes after its rollback, and after the deadline',
    changes: [
      {
        file: 'dist/src/participant/ledger/record.js',
        replace:
          "if (record.state === 'rolledback')\n        return answer((0, contract_1.no)('it was rolled back'));",
        by: "if (record.state === 'rolledback') return run({ ...record, state: 'preparing' });",
      },
      {
        file: 'dist/src/participant/reservation.js',
        replace: "if (step.do === 'answer' && record.state !== 'preparing')",
        by: "if (step.do === 'answer')",
      },
    ],
    foundAs: ['vote after rollback', 'left prepared'],
    under: ['repeat link', 'signal abort'],
  },
  lockReleasedEarly: {
    what: 'locks are given back when commit is decided, and not when the transaction has ended',
    changes: [
      unwatched,
      {
        file: bundle,
        replace: "if (stage !== 'ended' || locking === undefined || locking.released)",
        by: "if ((stage !== 'ended' && stage !== 'committing') || locking === undefined || locking.released)",
      },
      {
        file: bundle,
        replace: 'return [...calls(t, phase), ...awaitQuiet(t), ...tell(t)];',
        by: 'return [...calls(t, phase), ...releaseLocks(t), ...awaitQuiet(t), ...tell(t)];',
      },
    ],
    foundAs: ['locks overlap'],
    under: ['delay link'],
  },
  tokenRepeats: {
    what: 'a lock gives every holder the same fencing token',
    changes: [
      {
        file: bundle,
        replace: 'const fencingToken = Math.max(lock.lastToken + 1, (0, state_1.tokenAt)(now));',
        by: 'const fencingToken = 1;',
      },
    ],
    foundAs: ['fencing token'],
    under: ['kill worker'],
  },
  keyStartedTwice: {
    what: 'a key gives another id in each process of the API',
    changes: [
      {
        file: 'dist/src/protocol/wire/ids.js',
        replace: '.update(JSON.stringify([caller, key]))',
        by: '.update(JSON.stringify([caller, key, process.pid]))',
      },
    ],
    foundAs: ['one key, two transactions', 'double commit'],
    under: ['kill api'],
  },
  eventLost: {
    what: 'who watches is not told the last change',
    changes: [
      {
        file: 'dist/src/api/transaction/events.js',
        replace: 'if (isNews && !(await stream.send(eventOf(document))))',
        by: 'if (isNews && document.endedAt === undefined && !(await stream.send(eventOf(document))))',
      },
    ],
    foundAs: ['event lost'],
    under: ['kill worker'],
  },
  notifiedEarly: {
    what: 'an outcome is told of when it is decided, and not when it is reported',
    changes: [
      unwatched,
      {
        file: bundle,
        replace: "outcome: t => (0, outcome_1.statusOf)(t) !== 'pending',",
        by: 'outcome: t => t.decision !== undefined,',
      },
    ],
    foundAs: ['notification untrue'],
    under: ['answers: late'],
  },
  neverTakenUp: {
    what: 'the sweep does not take up who was ended from outside',
    changes: [
      {
        file: 'dist/activities/orphans/takeUp.js',
        replace: 'const came = await (0, takeUp_1.takeUp)(engine, transactionId);',
        by: "const came = { is: 'gone' };",
      },
    ],
    foundAs: ['left pending', 'left prepared'],
    under: ['terminate', 'answers: storm'],
  },
};
