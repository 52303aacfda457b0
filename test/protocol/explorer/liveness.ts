/**
 * Owns that every state can end: from each, the steps that are taken if all goes well lead to rest. It is judged for all states at once,
 * when the search is over.
 */

export interface FairSteps {
  /** Where the step leads that is taken if all goes well; to several once participants are followed alone. */
  readonly fairNext: (readonly number[])[];
  readonly fairLabels: string[];
  readonly rests: boolean[];
}

/** The first state that does not lead to rest, and the steps from there that go round and round; none if all is well. */
export function endlessFrom(
  graph: FairSteps,
): { readonly from: number; readonly goesOn: readonly string[] } | undefined {
  const endless = undecidedStates(graph);
  const from = endless.indexOf(true);
  if (from < 0) return undefined;
  const goesOn: string[] = [];
  const met = new Set<number>();
  for (let at: number | undefined = from; at !== undefined && !met.has(at);) {
    met.add(at);
    goesOn.push(graph.fairLabels[at] ?? '');
    at = graph.fairNext[at]?.find(each => endless[each]);
  }
  return { from, goesOn };
}

/** Which states do not lead to rest by fair steps alone: what is left when those that do are taken away, backwards. */
function undecidedStates(graph: FairSteps): boolean[] {
  const endless = graph.rests.map(rests => !rests);
  const waiting = graph.fairNext.map(next => next.length);
  const sources = new Map<number, number[]>();
  graph.fairNext.forEach((next, from) => {
    for (const to of next) sources.set(to, [...(sources.get(to) ?? []), from]);
  });
  const ending = graph.rests.flatMap((rests, number) => (rests ? [number] : []));
  for (let at = ending.pop(); at !== undefined; at = ending.pop()) {
    for (const from of sources.get(at) ?? []) {
      waiting[from] = (waiting[from] ?? 0) - 1;
      if (waiting[from] === 0 && endless[from] === true) {
        endless[from] = false;
        ending.push(from);
      }
    }
  }
  return endless;
}
