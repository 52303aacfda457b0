/**
 * Owns what the rest of the program may say to traces. Where nothing is traced there is none of this: `undefined`, and no code of
 * OpenTelemetry's is loaded.
 *
 * I11: what is said of a span is who, what, how often and what came of it. No payload, no URL, no header has a place here.
 */
import { type CallLog } from '../callLog';
import { type Ms } from '../../protocol/wire/phases';
import { type TransactionTrace } from '../../protocol/wire/trace';

export interface Traces {
  /** A request to the API, from now on. @param headers of W3C Trace Context, from anybody */
  serve(method: string, headers: IncomingTrace): ServedSpan;
  /** One attempt of an activity. Requests that `work` sends are children of its span. */
  activity<T>(ran: ActivityRun, work: () => Promise<T>): Promise<T>;
  /** A request to a participant. Undefined where its transaction is not traced. */
  request(asked: AskedParticipant): RequestSpan | undefined;
  /** The span of a workflow that has ended. */
  ended(trace: TransactionTrace, ended: EndedSpan): void;
  /** Sends what there is yet, within a second; what the collector does not take by then is lost. Never rejects. */
  close(): Promise<void>;
}

export type IncomingTrace = Readonly<Record<'traceparent' | 'tracestate', string | undefined>>;

export interface ServedSpan {
  readonly traceId: string;
  /** For what this request starts. */
  transaction(): TransactionTrace;
  end(served: Served): void;
}

export interface Served {
  /** Undefined where no route took it. */
  readonly route?: string;
  /** Undefined where the caller went away. */
  readonly status?: number;
  readonly transactionId?: string;
}

export interface ActivityRun {
  readonly trace: TransactionTrace;
  readonly transactionId: string;
  readonly type: string;
  /** Of the activity, by Temporal's count: also those that sent nothing. */
  readonly attempt: number;
}

export type AskedParticipant = Pick<CallLog, 'transactionId' | 'participant' | 'host' | 'phase' | 'attempt'>;

export interface RequestSpan {
  readonly traceId: string;
  /** `traceparent`, and `tracestate` where there is one. */
  readonly headers: Readonly<Record<string, string>>;
  end(came: CameOfRequest): void;
}

export interface CameOfRequest {
  readonly outcome: CallLog['result'];
  /** Of the answer. */
  readonly status?: number;
  /** The code of what went wrong. */
  readonly error?: string;
  /** Nothing was sent, it waits for its turn: then there is no span. */
  readonly waits: boolean;
}

export interface EndedSpan {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly startedAt: Ms;
  readonly endedAt: Ms;
  readonly events: readonly { readonly name: string; readonly at: Ms }[];
  /** Someone has to look at it. */
  readonly isWrong: boolean;
}
