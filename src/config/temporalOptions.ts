/** Owns reading Temporal's own environment configuration (`TEMPORAL_*`, TLS and API keys included) with its own library. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type NativeConnectionOptions } from '@temporalio/worker';
import { given } from '../protocol/wire/given';
import { type TemporalConfig } from './config';

/** @throws where a `TEMPORAL_` setting is wrong: a certificate that cannot be read, say */
export function connectionOptions(temporal: TemporalConfig, address: string): NativeConnectionOptions {
  if (temporal.address === undefined) return { address }; // a server of our own: nobody's settings apply
  const { connectionOptions: options } = loadClientConnectConfig({
    overrideEnvVars: { ...temporal.environment },
  });
  const { tls, apiKey, metadata } = options;
  return {
    address,
    ...(tls == null ? {} : { tls }),
    ...(typeof apiKey === 'string' ? { apiKey } : {}),
    ...given({ metadata }),
  };
}
