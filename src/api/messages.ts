/** Owns what the log says of a failure that is no bug. */

/** An outage is no bug: where it happened in the code says nothing, so the messages of its causes are enough. */
export function messagesOf(failure: unknown): string | undefined {
  const messages: string[] = [];
  for (let error = failure; error instanceof Error && messages.length < 5; error = error.cause) {
    if (error.message !== '') messages.push(error.message);
  }
  return messages.length === 0 ? undefined : messages.join(': ');
}
