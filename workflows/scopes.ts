/** Owns what the works of a workflow run in: cancellation scopes of Temporal's, one a work. */
import { CancellationScope } from '@temporalio/workflow';
import { type Scopes } from './keep';

export function cancellationScopes(): Scopes<CancellationScope> {
  const background = new CancellationScope({ cancellable: false });
  return { background, open: () => new CancellationScope({ cancellable: true, parent: background }) };
}
