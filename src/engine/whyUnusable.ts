/** Owns saying in one plain line why Temporal cannot be used at the start: what is wrong, which setting it is, what to do. */
import { shortened } from '../protocol/wire/shortened';
import { EngineUnavailable, NoAnswerInTime, isForbidden, isNamespaceMissing, messages } from './errors';

export interface WhichTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Started here, since `TEMPORAL_ADDRESS` is not set. */
  readonly own: boolean;
}

export function whyUnusable(error: unknown, { address, namespace, own }: WhichTemporal): string {
  if (isNamespaceMissing(error)) {
    const make = `temporal operator namespace create --address ${address} --namespace ${namespace} --retention 720h`;
    return `Temporal at ${address} has no namespace "${namespace}": set TEMPORAL_NAMESPACE to one that it has, or make it: ${make}`;
  }
  const where = own ? `the Temporal server that was started here, at ${address},` : `Temporal at ${address}`;
  const said = messages(error);
  if (isForbidden(error))
    return `${where} does not let the coordinator in (${short(said)}): set TEMPORAL_API_KEY, or TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH, to what namespace "${namespace}" knows`;
  const found = reasons.find(({ sign }) => sign.test(said));
  const silent = isSilence(error) ? 'does not answer' : undefined;
  const what = found?.what ?? silent ?? `cannot be used (${short(said)})`;
  if (own) return `${where} ${what}`;
  return `${where} ${what}: ${found?.toDo ?? 'see that it runs there, and that TEMPORAL_ADDRESS is where it listens'}`;
}

function isSilence(error: unknown): boolean {
  const cause = error instanceof EngineUnavailable ? error.cause : error;
  return cause instanceof NoAnswerInTime;
}

/** By what the SDK's native part says, which is meant for who debugs it. */
const reasons: readonly { readonly sign: RegExp; readonly what: string; readonly toDo?: string }[] = [
  { sign: /ConnectionRefused|Connection refused/, what: 'cannot be reached: nobody listens there' },
  {
    sign: /dns error|failed to lookup/,
    what: 'cannot be reached: that host name is not known',
    toDo: 'set TEMPORAL_ADDRESS to where Temporal listens',
  },
  {
    sign: /InvalidContentType/,
    what: 'does not speak TLS',
    toDo: 'unset TEMPORAL_TLS, the TEMPORAL_TLS_ settings and TEMPORAL_API_KEY, or set TEMPORAL_ADDRESS to a port that does',
  },
  {
    sign: /certificate|UnknownIssuer|HandshakeFailure|AlertReceived/i,
    what: 'and the coordinator do not agree on certificates',
    toDo: 'set TEMPORAL_TLS_SERVER_CA_CERT_PATH to who signed its certificate, TEMPORAL_TLS_SERVER_NAME to its name, and, where it asks for one, TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to ours',
  },
  {
    sign: /http2|h2 protocol|BrokenPipe|ConnectionReset/i,
    what: "does not speak Temporal's protocol as it was spoken to",
    toDo: 'set TEMPORAL_TLS=true where it wants TLS, or TEMPORAL_ADDRESS to the port of its gRPC frontend (7233, as a rule), not of its Web UI',
  },
  { sign: /HostUnreachable|NetworkUnreachable|TimedOut/, what: 'cannot be reached over the network' },
];

function short(text: string): string {
  return shortened((text.split('\n', 1)[0] ?? '').trim(), 200);
}
