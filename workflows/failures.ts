/**
 * Owns how a workflow's failures are written. Their messages and stack traces are plain text, for Temporal's Web UI, but where payloads
 * are encrypted: then they are a payload too. The worker says so before this code is run (`src/engine/encryption/failures.ts`): the bundle is
 * one for all.
 */
import { DefaultFailureConverter } from '@temporalio/common';

const { sealsFailures } = globalThis as { readonly sealsFailures?: boolean };

export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: sealsFailures === true,
});
