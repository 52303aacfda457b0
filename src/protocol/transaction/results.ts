/**
 * Owns what may be believed of a call's result. Any worker on the task queue may have given it: one of another program, or of a
 * version that knows this activity otherwise. What is none of ours counts as lost with its worker, everything assumed.
 *
 * I1, I8: only an ending of this very call that says so in full is a yes. I3, I4: of every other one `unknownExposure` is assumed.
 */
import { type Exposure, type Failure, unknownExposure, workerLost } from '../wire/answers';
import { type Ms, type Phase } from '../wire/phases';
import { isAmount, isOneOf, isOptional, isText, membersOf, notOurs } from '../wire/shapes';
import { type Ending, type EndingKind } from './events';
import { type DatedFailure } from './state';
import { type OwnFailure } from './steps';

/** Which call of whom was asked for. */
export type Asked = Pick<Ending, 'participant' | 'nth'>;

const unanswered = ['unavailable', 'spent', 'gaveUp'] as const;
/** How a call of each phase may end. */
export const endingKinds: Readonly<Record<Phase, readonly EndingKind[]>> = {
  prepare: ['yes', 'no', ...unanswered],
  commit: ['done', ...unanswered],
  rollback: ['done', 'foundCommitted', ...unanswered],
};

const resultNotOurs: Failure = { code: workerLost, message: `the request's result is ${notOurs}` };

/** In the order asked. */
export function roundEndings(result: unknown, asked: readonly Asked[], phase: Phase): readonly Ending[] {
  const given: readonly unknown[] = Array.isArray(result) ? result : [];
  return asked.map((each, index) => {
    const ending = given[index];
    if (isEndingOf(each, ending, phase)) return ending;
    return { ...each, is: 'unavailable', why: resultNotOurs, exposure: unknownExposure, requests: 1 };
  });
}

/** Undefined where it is none of ours. */
export function ownEnding(result: unknown, asked: Asked, phase: Phase): Ending | undefined {
  return isEndingOf(asked, result, phase) ? result : undefined;
}

/** Of an own call whose result was none of ours. */
export function lostToOthers({ participant, nth }: Asked): Ending {
  return { participant, nth, is: 'spent', why: resultNotOurs, exposure: unknownExposure, requests: 0 };
}

export function isOwnFailure(detail: unknown): detail is OwnFailure {
  const { exposure, requests, why, at } = membersOf(detail);
  return isExposure(exposure) && isAmount(requests) && isFailure(why) && isOptional(isTime, at);
}

export function isEndingOf({ participant, nth }: Asked, value: unknown, phase: Phase): value is Ending {
  const ending = membersOf(value);
  return (
    ending['participant'] === participant &&
    ending['nth'] === nth &&
    isOneOf(endingKinds[phase], ending['is']) &&
    isOptional(isFailure, ending['why']) &&
    isOptional(isDatedFailure, ending['failed']) &&
    isExposure(ending['exposure']) &&
    isAmount(ending['requests'])
  );
}

export function isExposure(value: unknown): value is Exposure {
  const { reached, unanswered: open, notNo } = membersOf(value);
  return [reached, open, notNo].every(each => typeof each === 'boolean');
}

export function isFailure(value: unknown): value is Failure {
  const { code, message, status, retryAfterMs } = membersOf(value);
  return (
    isText(code) && isText(message) && isOptional(isAmount, status) && isOptional(isAmount, retryAfterMs)
  );
}

export function isDatedFailure(value: unknown): value is DatedFailure {
  return isFailure(value) && isTime(membersOf(value)['at']);
}

/** That a `Date` can hold. */
export function isTime(value: unknown): value is Ms {
  return isAmount(value) && value <= 8.64e15;
}
