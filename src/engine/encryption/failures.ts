/** Owns how failures are written where payloads are encrypted: their messages and stack traces are a payload too. */
import { DefaultFailureConverter } from '@temporalio/common';

/** Goes before the workflow bundle (`workflows/failures.ts`). */
export const sealFailures = 'globalThis.sealsFailures = true;\n';

/** Of activities: the SDK takes it by the path of this file. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
