/**
 * Owns what an error of undici, Node or a participant says about a request (PROTOCOL §2, I3): not sent, lost, or malformed.
 * Messages are made here from stable codes; the texts of errors may quote what a participant sent.
 */
import { type Reply } from '../protocol/wire/answers';
import { PolicyRefusal } from './connector';

/** How far a request had come when it failed. */
export type Progress = 'notSent' | 'sent' | 'headersRead';

const stopping = 'the coordinator is closing its connections';

export function outcomeOf(error: unknown, progress: Progress): Reply {
  return progress === 'notSent' ? notSent(error) : sent(error, progress);
}

function notSent(error: unknown): Reply {
  if (error instanceof PolicyRefusal) return { kind: 'notSent', code: 'policy', message: error.message };
  const code = codeOf(error);
  if (isClosing(code)) return { kind: 'notSent', code: 'cancelled', message: stopping };
  const room = noRoom(code);
  if (room !== undefined) return { kind: 'notSent', code: 'busy', message: room };
  return { kind: 'notSent', code: 'connection', message: noConnection(code) };
}

/** What there was too little of on our side: it says nothing of the participant. */
function noRoom(code: string): string | undefined {
  switch (code) {
    case 'NO_TURN':
      return 'waits for its turn: too many names are being looked up';
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
      return `waits for its turn: too many connections are open (${code})`;
    default:
      return undefined;
  }
}

function noConnection(code: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name was not resolved (${code})`;
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return 'no connection was made in time';
    default:
      return `no connection was made (${certificateFault(code) ?? code})`;
  }
}

/** By OpenSSL's and Node's names: what is wrong with a certificate, and what sets it right. */
function certificateFault(code: string): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another host name';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_SIGNATURE_FAILURE':
      return 'its certificate comes from nobody who is trusted: DTC_PARTICIPANT_CA says who is';
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
      return 'it refuses the handshake, mostly for want of a certificate of ours: DTC_PARTICIPANT_CERT';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'it does not speak TLS';
    default:
      return undefined;
  }
}

function sent(error: unknown, progress: Progress): Reply {
  const code = codeOf(error);
  if (isClosing(code)) return { kind: 'lost', code: 'cancelled', message: stopping };
  const fault = brokenHttp(error, code, progress);
  if (fault !== undefined) return { kind: 'malformed', code: 'brokenHttp', message: fault };
  const where = progress === 'sent' ? 'before the answer' : 'in the middle of the answer';
  const why = certificateFault(code); // with TLS 1.3 a certificate of ours is judged after the request may have left
  return {
    kind: 'lost',
    code: 'cutOff',
    message: `the connection ended ${where}${why === undefined ? '' : ` (${why})`}`,
  };
}

/** What is wrong with the answer as HTTP, or undefined where it merely ended early. */
function brokenHttp(error: unknown, code: string, progress: Progress): string | undefined {
  const broken = 'the answer is not valid HTTP';
  const message = textOf(error, 'message') ?? '';
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return 'the headers of the answer are too large';
  // undici says this of any fault in an answer with a content-length; in the body it is one that ended early
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return progress === 'sent' ? broken : undefined;
  if (textOf(error, 'name') === 'HTTPParserError')
    return /invalid eof state/i.test(message) ? undefined : broken;
  return /^bad (?:response|upgrade)$/.test(message) ? 'the answer is not one to this request' : undefined;
}

function isClosing(code: string): boolean {
  return code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED';
}

function codeOf(error: unknown): string {
  return textOf(error, 'code') ?? 'unknown error';
}

/** By its shape: an error may come from another realm or another copy of undici. */
function textOf(error: unknown, field: 'code' | 'name' | 'message'): string | undefined {
  const { [field]: text } = Object(error) as Partial<Record<string, unknown>>;
  return typeof text === 'string' ? text : undefined;
}
