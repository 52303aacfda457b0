/** Owns the options by which a command that is shown to a person finds the coordinator's Temporal. */

/** Where the CLI looks by itself. */
const theirs = { addresses: ['127.0.0.1:7233', 'localhost:7233'], namespace: 'default' };

/** To stand at a command's end: empty where the CLI finds it by itself. */
export function cliOptions(to: { readonly address: string; readonly namespace: string }): string {
  const address = theirs.addresses.includes(to.address) ? '' : ` --address ${quoted(to.address)}`;
  return to.namespace === theirs.namespace ? address : `${address} --namespace ${quoted(to.namespace)}`;
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w.:-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
