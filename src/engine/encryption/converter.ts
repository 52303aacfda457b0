/** Owns what the SDK is told of encryption. */
import {
  type DataConverter,
  type Payload,
  type PayloadCodec,
  defaultPayloadConverter,
} from '@temporalio/common';
import { type PayloadCipher, isSealed } from './cipher';

interface Converting {
  readonly dataConverter: DataConverter;
}

/** Also where there are no keys: what others have sealed is told of then, instead of an encoding that nobody knows. */
export function converterOf(cipher: PayloadCipher): Converting {
  const payloadCodecs = [cipher];
  if (!cipher.seals) return { dataConverter: { payloadCodecs } };
  return { dataConverter: { payloadCodecs, failureConverterPath: require.resolve('./failures') } };
}

/** For whoever needs nothing of what the SDK decodes beside what is wanted: what cannot be opened is nothing then, and no error. */
export function lenientConverterOf(cipher: PayloadCipher): Converting {
  const nothing: Payload = defaultPayloadConverter.toPayload(undefined);
  const codec: PayloadCodec = {
    encode: payloads => cipher.encode(payloads),
    decode: payloads =>
      Promise.resolve(payloads.map(each => cipher.open(each)).map(each => (isSealed(each) ? nothing : each))),
  };
  return { dataConverter: { payloadCodecs: [codec] } };
}
