/** Owns the keys that the package's commands sign with: from the environment alone, where other users of a machine do not see them. */
import {
  isMasterKey,
  isSecret,
  masterKeyForm,
  secretForm,
  type SigningKeys,
} from '../protocol/wire/signatures';
import { given } from '../protocol/wire/given';
import { UsageError } from './output';

type Environment = Readonly<Partial<Record<string, string>>>;

/** What is empty counts as not set. @throws UsageError, which shows no value */
export function readSigningKeys(environment: Environment): SigningKeys {
  return given({
    signingSecret: readKey(environment, 'DTC_SIGNING_SECRET', { is: isSecret, form: secretForm }),
    signingMasterKey: readMasterKey(environment),
  });
}

export function readMasterKey(environment: Environment): string | undefined {
  return readKey(environment, 'DTC_SIGNING_MASTER_KEY', { is: isMasterKey, form: masterKeyForm });
}

function readKey(
  environment: Environment,
  name: string,
  { is, form }: { readonly is: (text: string) => boolean; readonly form: string },
): string | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if (!is(text)) throw new UsageError(`${name} must be ${form} (the value is not shown)`);
  return text;
}
