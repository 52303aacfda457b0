/** Owns the one place where what a handler throws becomes a problem's answer (RFC 9457). */
import { type ErrorRequestHandler } from 'express';
import { sendProblem } from './problems';
import { contextOf } from './requestContext';
import { toProblem } from './toProblem';

/** Once an answer has begun, Express's own handler cuts the connection. */
export const answerWithProblem: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const problem = toProblem(error);
  contextOf(response).failure = problem.options.cause;
  if (response.headersSent) next(error);
  else sendProblem(response, problem);
};
