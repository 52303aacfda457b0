/** Owns the set of workflows that a worker registers: every export here is a workflow type. */
export { lock } from './lock';
export { orphanSweep } from './orphanSweep';
export { transaction } from './transaction';
