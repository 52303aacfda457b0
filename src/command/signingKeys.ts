/** Owns the keys that the package's commands sign with: from the environment alone, where other users of a machine do not see them. */
import {
  isMasterKey,
  isSecret,
  masterKeysForm,
  readKeyList,
  secretsForm,
  type SigningKeys,
} from '../protocol/wire/signatures';
import { given } from '../protocol/wire/given';
import { UsageError } from './output';

type Environment = Readonly<Partial<Record<string, string>>>;

/** What is empty counts as not set. @throws UsageError, which shows no value */
export function readSigningKeys(environment: Environment): SigningKeys {
  return given({
    signingSecrets: readKeys(environment, 'DTC_SIGNING_SECRET', { is: isSecret, form: secretsForm }),
    signingMasterKeys: readMasterKeys(environment),
  });
}

export function readMasterKeys(environment: Environment): readonly string[] | undefined {
  return readKeys(environment, 'DTC_SIGNING_MASTER_KEY', { is: isMasterKey, form: masterKeysForm });
}

function readKeys(
  environment: Environment,
  name: string,
  { is, form }: { readonly is: (text: string) => boolean; readonly form: string },
): readonly string[] | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const keys = readKeyList(text, is);
  if (keys === undefined) throw new UsageError(`${name} must be ${form} (the value is not shown)`);
  return keys;
}
