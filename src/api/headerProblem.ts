/** Owns saying what is wrong with a header: which, what it was, and what is allowed. */
import { type ProblemError } from '../protocol/client/problems';
import { shortened } from '../protocol/wire/shortened';

const longestShown = 80;

/** @param value as Node gives it; absent where there was none */
export function headerProblem(header: string, value: string | undefined, message: string): ProblemError {
  return {
    header,
    ...(value === undefined ? {} : { value: shortened(asSent(value), longestShown) }),
    message,
  };
}

/** Node reads a header's bytes as Latin-1. What a client sends beyond ASCII is UTF-8, nearly always. */
function asSent(value: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}
