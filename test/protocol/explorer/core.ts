/**
 * Owns what the explorer needs of the core under test: the real modules, or a copy of them with one line changed
 * (`variants.ts`). Nothing else of the explorer imports code of `src/protocol`, so a variant is explored as a whole.
 */
import type * as answersModule from '../../../src/protocol/wire/answers';
import type * as applyModule from '../../../src/protocol/transaction/apply';
import type * as firstLocksModule from '../../../src/protocol/transaction/firstLocks';
import type * as firstRoundModule from '../../../src/protocol/transaction/firstRound';
import type * as lastTaskModule from '../../../src/protocol/transaction/lastTask';
import type * as lockingModule from '../../../src/protocol/transaction/locking';
import type * as lookBackModule from '../../../src/protocol/transaction/lookBack';
import type * as operatorModule from '../../../src/protocol/transaction/operator';
import type * as resumeModule from '../../../src/protocol/transaction/resume';
import type * as outcomeModule from '../../../src/protocol/transaction/outcome';
import type * as standingModule from '../../../src/protocol/transaction/standing';
import type * as wantedModule from '../../../src/protocol/transaction/wanted';

export interface Core {
  readonly answers: Pick<
    typeof answersModule,
    | 'readVote'
    | 'readCompletion'
    | 'exposureOf'
    | 'joinExposure'
    | 'requestsIn'
    | 'untouched'
    | 'unknownExposure'
    | 'workerLost'
  >;
  readonly apply: Pick<typeof applyModule, 'begin' | 'apply'>;
  readonly firstLocks: Pick<typeof firstLocksModule, 'joined' | 'leftOf'>;
  readonly firstRound: Pick<
    typeof firstRoundModule,
    'isFirstTry' | 'takesFastLane' | 'isWithinTask' | 'assumeAsked' | 'endedByLoss' | 'lostBefore'
  >;
  readonly lastTask: Pick<typeof lastTaskModule, 'endsForSure'>;
  readonly locking: Pick<typeof lockingModule, 'heldLocks'>;
  readonly lookBack: Pick<typeof lookBackModule, 'traceOf'>;
  readonly operator: Pick<typeof operatorModule, 'judge'>;
  readonly resume: Pick<typeof resumeModule, 'resume'>;
  readonly outcome: Pick<typeof outcomeModule, 'statusOf' | 'heuristicOf' | 'needsAttention'>;
  readonly standing: Pick<typeof standingModule, 'standingOf'>;
  readonly wanted: Pick<typeof wantedModule, 'wanted'>;
}
