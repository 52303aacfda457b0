/** What is wrong with a command line, in one sentence for whoever wrote it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
