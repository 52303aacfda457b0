/** A workflow that is none of ours. */
export function theirs(): Promise<string> {
  return Promise.resolve('theirs');
}
