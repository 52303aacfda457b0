/** Owns the set of workflows that a worker registers: every export here is a workflow type. */
export { lock } from './lock/workflow';
export { notification } from './notification/workflow';
export { orphanSweep } from './orphans/workflow';
export { transaction } from './transaction/workflow';
