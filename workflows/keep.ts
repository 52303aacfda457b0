/**
 * Owns keeping under way exactly what a pure core wants: it starts the keys that are missing and cancels those no longer
 * wanted, so nobody remembers what was issued. What a work ends as is fed back.
 */
import { CancellationScope } from '@temporalio/workflow';

interface Core<Work, Event> {
  readonly wanted: () => readonly Work[];
  /** Undefined where nothing came of it: it is no longer wanted. */
  readonly perform: (work: Work) => Promise<Event | undefined>;
  readonly feed: (event: Event) => void;
}

export interface Keeper {
  reconcile(): void;
  /** The keys under way. */
  underWay(): readonly string[];
  /** A bug, or a broken invariant: to be thrown, so that the workflow task fails and is retried. */
  broken(): { readonly error: unknown } | undefined;
}

export function keep<Work extends { readonly key: string }, Event>(core: Core<Work, Event>): Keeper {
  const underWay = new Map<string, CancellationScope>();
  // not the scope of whoever feeds: that of a message is cancelled with the workflow, and what began in it would end at once
  const background = new CancellationScope({ cancellable: false });
  let broken: { readonly error: unknown } | undefined;

  function start(work: Work): void {
    const scope = new CancellationScope({ cancellable: true, parent: background });
    underWay.set(work.key, scope);
    const ended = scope
      .run(() => core.perform(work))
      .then(event => {
        underWay.delete(work.key);
        // what was cancelled may be wanted again by now: its key was taken until here
        if (event === undefined) reconcile();
        else core.feed(event);
      });
    ended.catch((error: unknown) => (broken = { error }));
  }

  function reconcile(): void {
    const want = new Map(core.wanted().map(each => [each.key, each]));
    for (const [key, scope] of underWay) if (!want.has(key)) scope.cancel();
    for (const [key, work] of want) if (!underWay.has(key)) start(work);
  }

  return {
    reconcile,
    underWay: () => [...underWay.keys()],
    broken: () => broken,
  };
}
