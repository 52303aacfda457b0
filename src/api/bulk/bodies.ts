/** Owns the bodies of actions on many transactions (PROTOCOL §3). Who acts is the caller, never a field of the body. */
import { z } from 'zod';
import { isHost } from '../../protocol/wire/urls';
import { body, outcome, reason } from '../transaction/bodies';

/** Of one request. */
const most = 1_000;

const hostForm =
  'must be a host as GET /participants names it: "pay.example.com", or "10.0.0.1:8080" with a port that is not the scheme\'s own';

const participant = z.string(hostForm).toLowerCase().refine(isHost, hostForm);

const limitForm = `must be a whole number from 1 to ${most}`;
const limit = z.int(limitForm).min(1, limitForm).max(most, limitForm).default(most);

const dryRun = z.boolean('must be true or false').default(false);

const needsAttention = z.literal(true, 'must be true, or left out');

export const retryManyBody = body({
  participant: participant.optional(),
  needsAttention: needsAttention.optional(),
  limit,
  dryRun,
});

export const resolveManyBody = body({ participant, outcome, reason, limit, dryRun });
