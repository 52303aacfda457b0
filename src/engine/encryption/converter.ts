/** Owns what the SDK is told of encryption: nothing, where there are no keys. */
import { type DataConverter } from '@temporalio/common';
import { type PayloadCipher } from './cipher';

export function converterOf(cipher: PayloadCipher | undefined): { readonly dataConverter?: DataConverter } {
  if (cipher === undefined) return {};
  return {
    dataConverter: { payloadCodecs: [cipher], failureConverterPath: require.resolve('./failures') },
  };
}
