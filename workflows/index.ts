/** Owns the set of workflows that a worker registers: every export here is a workflow type. */
export { orphanSweep } from './orphanSweep';
export { transaction } from './transaction';
