/** Owns whom the package's commands trust in TLS, and the certificate that they show: what the workers' environment says. */
import { type TlsParts } from '../outbound/connector';
import { readParticipantTls } from '../config/participantTls';
import { SettingReader } from '../config/settingReader';
import { UsageError } from './output';

type Environment = Readonly<Partial<Record<string, string>>>;

/** Undefined: whom Node trusts, and no certificate. What is empty counts as not set. @throws UsageError */
export function readTls(environment: Environment): TlsParts | undefined {
  const reader = new SettingReader(
    Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')),
  );
  const tls = readParticipantTls(reader);
  const wrong = reader.problems.map(({ name, message }) => `${name}: ${message}`);
  if (wrong.length > 0) throw new UsageError(wrong.join('\n'));
  return tls;
}
