/**
 * Owns what a program of somebody else needs to go together with a coordinator that encrypts (docs/ENCRYPTION.md): its workers read what
 * the coordinator's answer their workflows, and what they start is sealed before Temporal has it.
 */
import { type DataConverter, type PayloadCodec } from '@temporalio/common';
import { ConfigError } from '../config/configError';
import { readConfig } from '../config/readConfig';
import { PayloadCipher } from '../engine/encryption/cipher';
import { converterOf } from '../engine/encryption/converter';

/**
 * For a `dataConverter` of one's own, as the one of its codecs that seals. Messages of failures are sealed only where its failure
 * converter has `encodeCommonAttributes`, as that of `dataConverter` has.
 *
 * @param keys as `DTC_PAYLOAD_KEYS`, the coordinator's: the first seals, all open
 * @throws ConfigError where they are none; it shows no key
 */
export function payloadCodec(keys: string): PayloadCodec {
  return cipherOf(keys);
}

/**
 * For the `Client` and the `Worker` of whoever starts transactions as children, beside a coordinator that encrypts. A worker that is given
 * a bundle needs the `failureConverterPath` in it too.
 *
 * @param keys as `DTC_PAYLOAD_KEYS`, the coordinator's: the first seals, all open
 * @throws ConfigError where they are none; it shows no key
 */
export function dataConverter(keys: string): DataConverter {
  return converterOf(cipherOf(keys)).dataConverter;
}

/** Nobody is told of what cannot be opened: whoever needs the value gets an error that names the key. */
function cipherOf(keys: string): PayloadCipher {
  const { payloadKeys } = readConfig({ DTC_PAYLOAD_KEYS: keys });
  if (payloadKeys === undefined) throw new ConfigError([none]);
  return new PayloadCipher(payloadKeys, () => undefined);
}

const none = {
  name: 'DTC_PAYLOAD_KEYS',
  message: 'is empty: without a key nothing would be encrypted; allowed: a comma list of id:key',
};
