/** Owns that an embedded coordinator logs by its host's logger, and what it logs is what the program would: redacted, each text in one line (I11). */
import { type Config } from '../config/config';
import { type Log, createLog } from '../telemetry/log';
import { type Logger } from './contract';

const levels: Readonly<Record<string, keyof Logger>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
};

interface Line {
  readonly level: string;
  readonly msg?: string;
}

/** @param level below it nothing is said, whatever the host's own is */
export function logTo(logger: Logger, level: Config['logLevel']): Log {
  const write = (text: string): void => {
    const { level: at, msg = '', ...line } = JSON.parse(text) as Line;
    const fields = Object.fromEntries(Object.entries(line).filter(([name]) => name !== 'time')); // the host's says when
    logger[levels[at] ?? 'info'](fields, msg);
  };
  return createLog(level, { write });
}
