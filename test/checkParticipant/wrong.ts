/** Owns the participants of the tests that neglect a duty, and which checks each must fail. */
import { type Quirk } from './quirks';

/** What is wrong, and the checks that must fail, in their order; where `only` is given, of these. */
type Row = readonly [faults: readonly Quirk[], caughtBy: readonly string[], only?: readonly string[]];

/** Neither of the two ways to keep a late prepare out. */
const neither: readonly Quirk[] = ['forgetsRollbacks', 'takesOverdue'];

export const caught: readonly Row[] = [
  [['prepareIsEmpty'], ['prepare-votes-yes']],
  [['prepareSaysNo'], ['prepare-votes-yes']],
  [['prepareSaysNoAfterMark'], ['prepare-votes-yes']],
  [['prepareIsNotJson'], ['prepare-votes-yes']],
  [
    ['refusesInBrokenJson'],
    [
      'prepare-other-payload-refused',
      'refused-payload-votes-no',
      'refused-payload-rollback',
      'prepare-after-decide-by-refused',
      'rollback-before-prepare',
      'prepare-after-rollback',
      'rollback-survives-restart',
    ],
  ],
  [['prepareRedirects'], ['prepare-votes-yes']],
  [['prepareIsEndless'], ['prepare-votes-yes']],
  [['prepareIsPacked'], ['prepare-votes-yes']],
  [['prepareIsNotHttp'], ['prepare-votes-yes']],
  [['prepareHangs'], ['prepare-votes-yes']],
  [['commitAccepts'], ['commit-after-prepare'], ['commit-after-prepare', 'rollback-after-prepare']],
  [['commitIsUnavailable'], ['commit-after-prepare'], ['commit-after-prepare', 'rollback-repeated']],
  [
    ['forgetsCommits'],
    [
      'commit-repeated',
      'commit-concurrent',
      'rollback-after-commit-refused',
      'prepare-after-commit-changes-nothing',
      'transactions-independent',
      'commit-survives-restart',
    ],
  ],
  [
    ['rollbackDoesNothing'],
    [
      'rollback-after-prepare',
      'rollback-concurrent',
      'commit-after-rollback-refused',
      'participants-of-one-transaction-independent',
      'transactions-independent',
      'prepared-list-shows-what-is-prepared',
    ],
  ],
  [['refusesRollbackRepeat'], ['rollback-repeated', 'rollback-concurrent', 'commit-after-rollback-refused']],
  [['refusesPrepareRepeat'], ['prepare-repeated', 'prepare-concurrent']],
  [['refusesConcurrentPrepare'], ['prepare-concurrent']],
  [['refusesConcurrentCommit'], ['commit-concurrent']],
  [['refusesConcurrentRollback'], ['rollback-concurrent']],
  [['takesOtherPayload'], ['prepare-other-payload-refused']],
  [['takesAnyPayload'], ['refused-payload-votes-no', 'refused-payload-rollback']],
  [['changesItsNo'], ['refused-payload-votes-no']],
  [['failsToRollBackRefused'], ['refused-payload-rollback']],
  [['takesOverdue'], ['prepare-after-decide-by-refused']],
  [['refusesOverdueAndHolds'], ['prepare-after-decide-by-refused']],
  [
    neither,
    [
      'prepare-after-decide-by-refused',
      'rollback-before-prepare',
      'prepare-after-rollback',
      'rollback-survives-restart',
    ],
  ],
  [['refusesUnknownRollback'], ['rollback-before-prepare', 'rollback-survives-restart']],
  [
    ['commitsUnknown'],
    [
      'prepare-after-decide-by-refused',
      'commit-without-prepare-refused',
      'unsigned-refused',
      'signed-for-another-refused',
      'stale-signature-refused',
      'tampered-body-refused',
    ],
  ],
  [
    ['commitsRolledBack'],
    [
      'rollback-after-prepare',
      'rollback-concurrent',
      'commit-after-rollback-refused',
      'participants-of-one-transaction-independent',
      'transactions-independent',
    ],
  ],
  [
    ['rollsBackCommitted'],
    ['rollback-after-commit-refused', 'prepare-after-commit-changes-nothing', 'commit-survives-restart'],
  ],
  [['preparesCommittedAnew'], ['prepare-after-commit-changes-nothing']],
  [
    ['ignoresName'],
    [
      'participants-of-one-transaction-independent',
      'prepared-list-shows-what-is-prepared',
      'prepared-list-pages',
    ],
  ],
  [['commitsAllPrepared'], ['transactions-independent']],
  [['refusesUnknownFields'], ['unknown-fields-tolerated']],
  [['refusesTraceparent'], ['headers-accepted']],
  [['listsNothing'], ['prepared-list-shows-what-is-prepared', 'prepared-list-pages']],
  [['listsForEver'], ['prepare-after-commit-changes-nothing', 'prepared-list-shows-what-is-prepared']],
  [['listsOnePage'], ['prepared-list-pages']],
  [['listsNoTimes'], ['prepared-list-shows-what-is-prepared', 'prepared-list-pages']],
  [
    ['checksNoSignature'],
    ['unsigned-refused', 'signed-for-another-refused', 'stale-signature-refused', 'tampered-body-refused'],
  ],
  [['checksSignatureOfPrepareOnly'], ['unsigned-refused', 'signed-for-another-refused']],
  [['takesSignedForAnother'], ['signed-for-another-refused']],
  [['takesStaleSignature'], ['stale-signature-refused']],
  [['takesAnyBody'], ['signed-for-another-refused', 'tampered-body-refused']],
  [['losesPrepared'], ['prepared-survives-restart']],
  [['losesCommitted'], ['commit-survives-restart']],
  [
    ['losesRolledBack', 'takesOverdue'],
    ['prepare-after-decide-by-refused', 'rollback-survives-restart'],
  ],
];
