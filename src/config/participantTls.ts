/**
 * Owns what TLS to participants goes by: whom to trust, and our own certificate. The files are read at the start, so that one that
 * cannot be used stops it, rather than the first transaction; a new certificate needs a restart.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { given } from '../protocol/wire/given';
import { type ParticipantTls } from './config';
import { type Parser } from './parsers';
import { type SettingReader } from './settingReader';
import { Wrong } from './wrong';

/** The text of a file that has something of this kind. */
function pemFile(kind: RegExp, what: string): Parser<string> {
  return {
    allowed: `a file with ${what} in PEM`,
    parse: path => {
      try {
        const text = readFileSync(path, 'utf8');
        return kind.test(text) ? text : new Wrong(`there is no ${what} in it`);
      } catch (error) {
        return new Wrong(`it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
      }
    },
  };
}

export const certificatesFile = pemFile(/-----BEGIN CERTIFICATE-----/, 'certificates');
export const keyFile = pemFile(
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  'a private key without a passphrase',
);

export function readParticipantTls(reader: SettingReader): ParticipantTls | undefined {
  const [ca, cert, key] = [
    reader.value('DTC_PARTICIPANT_CA'),
    reader.value('DTC_PARTICIPANT_CERT'),
    reader.value('DTC_PARTICIPANT_KEY'),
  ];
  if (reader.isSet('DTC_PARTICIPANT_CERT') !== reader.isSet('DTC_PARTICIPANT_KEY'))
    reader.refuse({
      name: 'DTC_PARTICIPANT_CERT',
      message: 'and DTC_PARTICIPANT_KEY belong together: set both or none',
    });
  refuseUnusable(reader, 'DTC_PARTICIPANT_CA', { ca });
  if (cert !== undefined && key !== undefined) refuseUnusable(reader, 'DTC_PARTICIPANT_KEY', { cert, key });
  return ca === undefined && cert === undefined ? undefined : given({ ca, cert, key });
}

/** What OpenSSL says of it names no contents. */
function refuseUnusable(
  reader: SettingReader,
  name: 'DTC_PARTICIPANT_CA' | 'DTC_PARTICIPANT_KEY',
  parts: Parameters<typeof createSecureContext>[0],
): void {
  try {
    createSecureContext(parts);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const what =
      code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? 'is not the key of DTC_PARTICIPANT_CERT'
        : `cannot be used for TLS (${code})`;
    reader.refuse({ name, message: what });
  }
}
