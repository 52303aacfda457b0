/** A bank of examples/bank with the demo's switch before it. It tells what it answers, and ends with the demo, however that ends. */
import { type KitLog } from '../../src/participant';
import { readBankOptions, startBank } from '../bank/bank';
import { demoSwitch } from './demoSwitch';

async function main(): Promise<void> {
  const options = readBankOptions(process.argv.slice(2));
  const say = (what: string): void => void process.stdout.write(`${options.name}: ${what}\n`);
  const kit = { ...options.kit, log: toldBy(say) };
  const bank = await startBank({ ...options, kit, before: demoSwitch(say) });
  process.once('SIGTERM', () => void bank.close().then(() => process.exit()));
  say('listening');
}

/** What the kit does is said by the answers; what it finds strange, by itself. */
function toldBy(say: (what: string) => void): KitLog {
  const tell = (fields: { readonly err?: unknown }, message: string): void => {
    say(fields.err instanceof Error ? `${message} (${fields.err.message})` : message);
  };
  return { info: () => undefined, warn: tell, error: tell };
}

process.stdin.resume().once('end', () => process.exit());
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
