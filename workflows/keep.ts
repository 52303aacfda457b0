/**
 * Owns keeping under way exactly what a pure core wants: it starts the keys that are missing and cancels those no longer
 * wanted, so nobody remembers what was issued. What a work ends as is fed back. A work may be owed a last look before it is cancelled; it
 * is under way until it has ended, or, after such a look, until it counts as ended.
 *
 * It knows no engine: what a work runs in is given to it (`scopes.ts` in a workflow, `src/testing` in memory).
 */

/** What a work runs in. */
export interface Scope {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The work is to end soon, as one that was given up. */
  cancel(): void;
}

export interface Scopes<S extends Scope> {
  /** Nobody cancels it. */
  readonly background: Pick<Scope, 'run'>;
  /** One of its own for each work, within the background. */
  readonly open: () => S;
}

interface Core<Work, Event, S> {
  readonly wanted: () => readonly Work[];
  /** Undefined where nothing came of it: it is no longer wanted. */
  readonly perform: (work: Work, scope: S) => Promise<Event | undefined>;
  readonly feed: (event: Event, key: string) => void;
  /** What is owed to a work that is no longer wanted before it is cancelled; absent where nothing is. */
  readonly lastLook?: LastLook<Work, Event>;
}

export interface LastLook<Work, Event> {
  readonly isDue: (work: Work) => boolean;
  /** At all of them at once, right before they are cancelled. Rejects where that is a bug. */
  readonly take: (gone: readonly Work[]) => Promise<void>;
  /** What one counts as that was cancelled after that and whose end is overdue by now; undefined where it will come. Is cancelled when it comes. */
  readonly overdue: (gone: Work) => Promise<Event | undefined>;
}

export interface Keeper {
  reconcile(): void;
  /** The keys under way. */
  underWay(): readonly string[];
  /** A bug, or a broken invariant: to be thrown, so that the workflow task fails and is retried. */
  broken(): { readonly error: unknown } | undefined;
}

interface Entry<Work, S> {
  readonly work: Work;
  readonly scope: S;
  /** It is being given up. */
  gone?: true;
  /** Its end may not come. */
  awaited?: S;
}

/** @param scopes the background is not the scope of whoever feeds: that of a message is cancelled with the workflow, and what began in it would end at once */
export function keep<Work extends { readonly key: string }, Event, S extends Scope>(
  core: Core<Work, Event, S>,
  { background, open }: Scopes<S>,
): Keeper {
  const underWay = new Map<string, Entry<Work, S>>();
  const looks = new Set<{ readonly at: readonly Work[] }>();
  let broken: { readonly error: unknown } | undefined;

  function start(work: Work): void {
    const scope = open();
    const entry: Entry<Work, S> = { work, scope };
    underWay.set(work.key, entry);
    const ended = scope
      .run(() => core.perform(work, scope))
      .then(event => {
        if (underWay.get(work.key) !== entry) return; // it was overdue
        underWay.delete(work.key);
        entry.awaited?.cancel();
        // what was cancelled may be wanted again by now: its key was taken until here
        if (event === undefined) reconcile();
        else core.feed(event, work.key);
      });
    ended.catch((error: unknown) => (broken = { error }));
  }

  function giveUp(gone: readonly Entry<Work, S>[]): void {
    const due = gone.filter(({ work }) => core.lastLook?.isDue(work) === true);
    for (const entry of gone) {
      entry.gone = true;
      if (!due.includes(entry)) entry.scope.cancel();
    }
    if (due.length === 0 || core.lastLook === undefined) return;
    const { take } = core.lastLook;
    const look = { at: due.map(({ work }) => work) };
    looks.add(look);
    const taken = background.run(() => take(look.at));
    taken
      .then(() => {
        looks.delete(look);
        for (const { scope } of due) scope.cancel();
        for (const entry of due) awaitEnd(entry);
      })
      .catch((error: unknown) => (broken = { error }));
  }

  function awaitEnd(entry: Entry<Work, S>): void {
    const { work } = entry;
    const { lastLook } = core;
    if (lastLook === undefined || underWay.get(work.key) !== entry) return;
    const scope = (entry.awaited = open());
    const waited = scope
      .run(() => lastLook.overdue(work))
      .then(event => {
        if (event === undefined || underWay.get(work.key) !== entry) return;
        underWay.delete(work.key);
        core.feed(event, work.key);
      });
    waited.catch((error: unknown) => (broken = { error }));
  }

  function reconcile(): void {
    const want = new Map(core.wanted().map(each => [each.key, each]));
    giveUp([...underWay.values()].filter(({ work, gone }) => gone === undefined && !want.has(work.key)));
    for (const [key, work] of want) if (!underWay.has(key)) start(work);
  }

  return {
    reconcile,
    underWay: () => [
      ...underWay.keys(),
      ...[...looks].flatMap(({ at }) => at.map(({ key }) => `look at ${key}`)),
    ],
    broken: () => broken,
  };
}
