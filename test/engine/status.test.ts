/** What every status that the SDK can name means to us: only what is known to have closed counts as closed (I12). */
import { type WorkflowExecutionStatusName } from '@temporalio/client';
import { type RunState, isOpen, runState } from '../../src/engine/facts/status';

const all: Readonly<Record<WorkflowExecutionStatusName, RunState>> = {
  UNSPECIFIED: 'running',
  UNKNOWN: 'running',
  RUNNING: 'running',
  PAUSED: 'paused',
  COMPLETED: 'ended',
  CONTINUED_AS_NEW: 'ended',
  TERMINATED: 'interrupted',
  FAILED: 'interrupted',
  TIMED_OUT: 'interrupted',
  CANCELLED: 'interrupted',
};

it.each(Object.entries(all))('%s: %s', (status, state) => {
  expect(runState(status)).toBe(state);
  expect(isOpen(status)).toBe(state === 'running' || state === 'paused');
});

it.each(['ANYTHING_NEWER', 'toString', ''])('leaves alone what it does not know: %p', status => {
  expect(runState(status)).toBe('running');
});
