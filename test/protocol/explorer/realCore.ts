/** Owns the core as it ships, for the explorer. */
import * as answers from '../../../src/protocol/wire/answers';
import * as apply from '../../../src/protocol/transaction/apply';
import * as firstLocks from '../../../src/protocol/transaction/firstLocks';
import * as firstRound from '../../../src/protocol/transaction/firstRound';
import * as lastTask from '../../../src/protocol/transaction/lastTask';
import * as locking from '../../../src/protocol/transaction/locking';
import * as lookBack from '../../../src/protocol/transaction/lookBack';
import * as operator from '../../../src/protocol/transaction/operator';
import * as resume from '../../../src/protocol/transaction/resume';
import * as outcome from '../../../src/protocol/transaction/outcome';
import * as standing from '../../../src/protocol/transaction/standing';
import * as wanted from '../../../src/protocol/transaction/wanted';
import { type Core } from './core';

export const realCore: Core = {
  answers,
  apply,
  firstLocks,
  firstRound,
  lastTask,
  locking,
  lookBack,
  operator,
  resume,
  outcome,
  standing,
  wanted,
};
