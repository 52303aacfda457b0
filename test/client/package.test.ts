/** The client as an installed package offers it: an entry of its own, that loads nothing of the server and no library of it. */
import { execFileSync } from 'node:child_process';
import { type PostedTransaction } from '../../src/client';
import { type TransactionInput } from '../../src/protocol/client/transactionSchema';
import { ROOT } from '../devServer/fixture';

it('is an entry of its own, and loads neither the coordinator nor what that is made of', () => {
  const program = `
    const client = require('distributed-transaction-coordinator/client');
    const loaded = Object.keys(require.cache).map(path => path.slice(${ROOT.length + 1}));
    console.log(JSON.stringify({ client: Object.keys(client), loaded }));`;
  const printed = execFileSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' });
  const { client, loaded } = JSON.parse(printed) as { client: string[]; loaded: string[] };
  expect(client).toEqual(expect.arrayContaining(['createClient', 'verifyNotification', 'BeginUnknown']));
  const foreign = loaded.filter(path => !/^dist\/src\/(client|protocol\/(client|wire))\//.test(path));
  const packages = new Set(foreign.map(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]));
  expect([...packages].sort()).toEqual(
    ['@stablelib/base64', 'eventsource-parser', 'fast-sha256', 'standardwebhooks'].sort(),
  );
});

type Same<A, B> = [A, B] extends [B, A] ? true : false;

it('lets a request have the members that the schema validates, and no others', () => {
  type Object = Exclude<PostedTransaction['participants'][number], string>;
  const same: [
    Same<keyof PostedTransaction, keyof TransactionInput>,
    Same<keyof Object, keyof TransactionInput['participants'][number]>,
  ] = [true, true];
  expect(same).toEqual([true, true]); // tsc is what judges it
});
