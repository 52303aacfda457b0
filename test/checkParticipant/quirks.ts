/** Owns the ways in which a participant of the tests differs from the others: some are its right, most are wrong. */

/** Faults, and ways of its own that are none. */
export type Quirk = keyof typeof quirks;

/** What each one is, for the reader of a test. */
export const quirks = {
  // right, each in its own way
  forgetsRollbacks: 'a rollback leaves no trace, and its repeat is answered 404',
  oneAtATime: 'a second transaction is refused while one is prepared',
  answers204: 'commit and rollback are acknowledged with 204',
  refusesWith400: 'a refused payload is answered 400',
  refusesRollbackWith404: 'a rollback of what is committed is answered 404',
  unavailableAtFirst:
    'the first of three requests of a kind is answered 503, the second reset, the third as it should be',
  hasNoList: 'there is no list of what is prepared',
  // wrong
  prepareIsEmpty: 'prepare is answered 204',
  prepareSaysNo: 'prepare is answered 200 with a vote of "no"',
  prepareRedirects: 'prepare is redirected to a place that says yes',
  prepareIsEndless: 'the answer to prepare does not end',
  prepareHangs: 'prepare is not answered',
  prepareIsNotHttp: 'the answer to prepare is not HTTP',
  commitAccepts: 'commit is answered 202',
  commitIsUnavailable: 'commit is answered 503, for ever',
  forgetsCommits: 'a commit leaves no trace',
  rollbackDoesNothing: 'rollback is answered 200 and what is prepared stays so',
  refusesRollbackRepeat: 'the second rollback is answered 409',
  refusesPrepareRepeat: 'the second prepare is answered 409',
  refusesConcurrentPrepare: 'a prepare during the same prepare is answered 409',
  refusesConcurrentCommit: 'a commit during the same commit is answered 409',
  refusesConcurrentRollback: 'a rollback during the same rollback is answered 409',
  takesOtherPayload: 'a prepare with another payload is a repeat to it',
  takesAnyPayload: 'every payload is fine',
  changesItsNo: 'the second prepare of what it refused is answered yes',
  failsToRollBackRefused: 'the rollback of what it refused is answered 500',
  takesOverdue: 'decideBy is not looked at',
  refusesOverdueAndHolds: 'a prepare after decideBy is answered 409, and prepared',
  refusesUnknownRollback: 'the rollback of what it does not know is answered 409',
  commitsUnknown: 'the commit of what it does not know is answered 200',
  commitsRolledBack: 'the commit of what was rolled back is answered 200',
  rollsBackCommitted: 'the rollback of what was committed is answered 200',
  preparesCommittedAnew: 'the prepare of what was committed prepares it again',
  ignoresName: 'two participants of one transaction are the same to it',
  commitsAllPrepared: 'a commit commits whatever is prepared',
  refusesUnknownFields: 'a body with a field that it does not know is answered 400',
  refusesTraceparent: 'a request with a traceparent is answered 400',
  listsNothing: 'the list is always empty',
  listsForEver: 'the list has what is committed too',
  listsOnePage: 'the list has no second page',
  listsNoTimes: 'the entries of the list have no preparedAt',
  checksNoSignature: 'signatures are not looked at',
  checksSignatureOfPrepareOnly: 'signatures of commit and rollback are not looked at',
  takesStaleSignature: 'the time of a signature is not looked at',
  takesAnyBody: 'that there is a signature is enough',
  losesPrepared: 'what is prepared is lost in a restart',
  losesCommitted: 'what was committed is lost in a restart',
  losesRolledBack: 'what was rolled back is lost in a restart',
} as const;
