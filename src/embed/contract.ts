/** Owns what a service sees of the coordinator that it runs inside itself. */
import { type NativeConnection } from '@temporalio/worker';
import { type Router } from 'express';
import { type SettingName } from '../config/settings';

/** Those of a server of its own: here the host has the server, the log and the way to a collector. */
export type NotHere =
  | 'DTC_DATA_DIR'
  | 'DTC_HOST'
  | 'DTC_KEEP_ALIVE_TIMEOUT_MS'
  | 'DTC_METRICS_PORT'
  | 'DTC_PORT'
  | 'DTC_TEMPORAL_PORT'
  | 'DTC_TEMPORAL_UI_PORT';

/** The names and values of README's "Configuration", `TEMPORAL_` ones among them. */
export type Settings = {
  readonly [Name in Exclude<SettingName, NotHere> | `TEMPORAL_${string}`]?: string | number | undefined;
};

/** As pino's, of which every line is one call: fields, then the message. Levels below and above are told as these. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface CoordinatorOptions {
  /** Nothing is read from the environment. */
  readonly settings?: Settings;
  /** In the place of `TEMPORAL_ADDRESS` and what goes with it; it stays the host's, who closes it after the coordinator. */
  readonly connection?: NativeConnection;
  readonly log: Logger;
  /** Told, beside the log, once the worker can no longer run: transactions then wait for another process. */
  readonly onFailure?: (error: unknown) => void;
}

export interface EmbeddedCoordinator {
  /** The API, to be mounted wherever the host likes, before anything that reads bodies. Answers `503` before the start and after the end. */
  readonly router: Router;
  /** Resolves once the router serves and the worker polls. Waits for a Temporal that does not answer yet, and says so in the log. */
  start(): Promise<void>;
  /**
   * Ends as the program does on SIGTERM: waiting requests are answered, running ones have five seconds, activities four; what is left of
   * them goes on elsewhere. At any time, also before `start` has come to its end, which then rejects. Again: the same end.
   *
   * @throws AggregateError with what could not be stopped
   */
  close(): Promise<void>;
}
