/**
 * The coordinator in memory, for the tests of whoever writes a participant: no Temporal, no server, no waiting. What decides, asks and
 * reads answers is the production code (docs/TESTING.md).
 */
export { type Limits } from './accepted';
export {
  type InProcessOptions,
  NeedsAttention,
  type TestCoordinator,
  type TestCoordinatorOptions,
  createTestCoordinator,
} from './coordinator';
export { CounterExample, type Explored, type ExploreOptions, explore } from './explore';
export { type Fault, type FaultKind, type RequestPlace, faultKinds } from './faults';
export { type Violation } from './judge';
export { type MakeParticipant, type ParticipantUnderTest, type PreparedList } from './play';
export { type Handler } from './receivers';
export { type PlannedTransaction, type Schedule } from './schedules';
