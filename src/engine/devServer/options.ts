// What a start of the development server is told. Owns no behaviour.

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

export interface DevServerOptions {
  /** Absolute, or relative to the repository. */
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
  readonly log: Log;
  /** Gives up a start that is under way, a download included, and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

/** `token` tells this owner of the data directory from another one in the same process. */
export type LaunchOptions = DevServerOptions & { readonly token: string };
