/** Owns how history says that a workflow task was completed: of what any other made, nothing has ever been. */

interface Event {
  readonly workflowTaskCompletedEventAttributes?: { readonly startedEventId?: unknown } | null;
}

/** @param task the id of its started event, which is how much history it was given with */
export function completes({ workflowTaskCompletedEventAttributes: completed }: Event, task: number): boolean {
  return completed != null && Number(completed.startedEventId) === task;
}
