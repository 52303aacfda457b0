/** Owns the one connection to Temporal that client and worker share: eager start needs it to be the same. */
import { Client } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { bounded, within } from './ask';
import { type PayloadCipher, keyless } from './encryption/cipher';
import { converterOf, lenientConverterOf } from './encryption/converter';
import { type Opened, openedBy } from './encryption/opened';
import { type Patience, onceDone } from './onceAnswered';

export interface Connected {
  readonly connection: NativeConnection;
  readonly client: Client;
  /** For what needs nothing of the payloads in Temporal's answers: one whose key is missing is nothing there. */
  readonly lenient: Client;
  readonly namespace: string;
  readonly opened: Opened;
  /** The namespace's UUID: the coordinator's tag is made from it. */
  readonly namespaceId: string;
  /** How long the namespace keeps closed transactions. */
  readonly retentionMs: number;
  /** Leaves a connection alone that was given. */
  readonly close: () => Promise<void>;
}

export interface ConnectOptions extends Patience {
  /** How to connect, or a connection that is somebody else's. */
  readonly connection: NativeConnectionOptions | NativeConnection;
  readonly namespace: string;
  /** Absent: nothing is encrypted. */
  readonly cipher?: PayloadCipher;
}

const answerWithinMs = 5000;

/** Tries until Temporal answers: it may come up after us. Rejects when `signal` aborts. */
export function connect(options: ConnectOptions): Promise<Connected> {
  return onceDone(() => connectOnce(options), options);
}

async function connectOnce({
  connection: to,
  namespace,
  cipher = keyless,
}: ConnectOptions): Promise<Connected> {
  const isGiven = to instanceof NativeConnection;
  const connection = isGiven ? to : await open(to);
  const close = (): Promise<void> => (isGiven ? Promise.resolve() : connection.close());
  try {
    const described = await within({ connection }, answerWithinMs, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    const retention = described.config?.workflowExecutionRetentionTtl?.seconds;
    return {
      connection,
      client: new Client({ connection, namespace, ...converterOf(cipher) }),
      lenient: new Client({ connection, namespace, ...lenientConverterOf(cipher) }),
      namespace,
      opened: openedBy(cipher),
      namespaceId: described.namespaceInfo?.id ?? '',
      retentionMs: Number(retention ?? 0) * 1000,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A server that takes connections and says nothing is one that does not answer; should it do so yet, that connection is closed. */
async function open(to: NativeConnectionOptions): Promise<NativeConnection> {
  const opening = NativeConnection.connect(to);
  try {
    return await bounded(answerWithinMs, opening);
  } catch (error) {
    void opening.then(
      connection => connection.close(),
      () => undefined,
    );
    throw error;
  }
}
