/**
 * Owns certificates for tests: an authority and what it issues, X.509 version 3 (RFC 5280) with ECDSA on P-256, made here, so that no
 * tool has to be installed and none expires in the repository.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certified {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** PEM of its own certificate. */
  readonly ca: string;
  /** @param from days from now, and so is `to`; a day ago to tomorrow unless given */
  issue(to: {
    readonly names: readonly string[];
    readonly days?: readonly [from: number, to: number];
  }): Certified;
}

export function createAuthority(name = 'tests'): Authority {
  const pair = newPair();
  const own = {
    name,
    days: [-1, 1],
    extensions: [isAuthority, mayIssue],
    publicKey: pair.publicKey,
  } as const;
  return {
    ca: certificate(own, { name, key: pair.privateKey }),
    issue: ({ names, days = [-1, 1] }) => {
      const { publicKey, privateKey } = newPair();
      const subject = { name: names[0] ?? '', days, extensions: [alternativeNames(names)], publicKey };
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: certificate(subject, { name, key: pair.privateKey }), key };
    },
  };
}

function newPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface Subject {
  readonly name: string;
  readonly days: readonly [from: number, to: number];
  readonly extensions: readonly Buffer[];
  readonly publicKey: KeyObject;
}

function certificate(
  { name, days, extensions, publicKey }: Subject,
  by: { readonly name: string; readonly key: KeyObject },
): string {
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ecdsaWithSha256,
    nameOf(by.name),
    sequence(...days.map(timeIn)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', toBeSigned, by.key);
  const whole = sequence(toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function integer(value: Buffer): Buffer {
  return der(0x02, value);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** UTCTime: two digits for the year, which RFC 5280 wants before 2050. */
function timeIn(days: number): Buffer {
  const digits = new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(digits.slice(2)));
}

function nameOf(common: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(common)))));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), der(0x04, value));
}

function alternativeNames(names: readonly string[]): Buffer {
  const each = names.map(name =>
    /^[\d.]+$/.test(name)
      ? der(0x87, Buffer.from(name.split('.').map(Number)))
      : der(0x82, Buffer.from(name)),
  );
  return extension('551d11', sequence(...each));
}

const yes = der(0x01, Buffer.from([0xff]));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const isAuthority = extension('551d13', sequence(yes), true);
const mayIssue = extension('551d0f', der(0x03, Buffer.from([2, 0x04])), true);
