/** Owns a log that keeps its lines for those tests that look at them. */
import { type KitLog } from '../../../src/participant';

export interface Line {
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface KeptLog extends KitLog {
  readonly lines: Line[];
}

export function keepLog(): KeptLog {
  const lines: Line[] = [];
  const at =
    (level: Line['level']) =>
    (fields: object, message: string): void => {
      lines.push({ level, fields: fields as Line['fields'], message });
    };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

export const quiet: KitLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
