/**
 * Owns what a sweep says of one transaction that it cannot make sense of: written by a newer coordinator, or by hand. It must
 * not keep the sweep from all the others.
 *
 * I11: an error of reading may quote what was read, so only its name is told.
 */
import { type Engine } from '../../engine/engine';
import { EngineUnavailable, ForeignWorkflow, PayloadUnreadable, StartUnknown } from '../errors';

/** @throws the error itself where Temporal does not answer: that says nothing about the transaction */
export function whyUnreadable(
  { cliOptions }: Pick<Engine, 'cliOptions'>,
  error: unknown,
  id: string,
): string {
  if (error instanceof EngineUnavailable || error instanceof StartUnknown) throw error;
  if (error instanceof ForeignWorkflow || error instanceof PayloadUnreadable) return error.message;
  const name = error instanceof Error ? error.name : 'unknown error';
  return `this version cannot read it as a transaction (${name}): temporal workflow show --workflow-id ${id}${cliOptions}`;
}
