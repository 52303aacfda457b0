/**
 * Owns a log of which nobody reads anything. It has a destination of its own: a log without one listens to standard output, and a process
 * of jest's runs many files, each with modules of its own, over one standard output.
 */
import { type Log, createLog } from '../../src/telemetry/log';

export function silentLog(): Log {
  return createLog('silent', { write: () => undefined });
}
