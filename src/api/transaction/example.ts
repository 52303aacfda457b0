/** Owns the document of a transaction that `/openapi.json` shows, wherever there is one. */
import { type z } from 'zod';
import { type transactionDocument } from '../../protocol/client/document';

export const example = {
  id: '01a20d11t01a20d13a27178d3bf0fa999be3bbc3d',
  status: 'committed',
  state: 'committed',
  decision: 'commit',
  needsAttention: false,
  createdAt: '2026-11-24T10:22:00.305Z',
  decideBy: '2026-11-24T10:23:00.305Z',
  decidedAt: '2026-11-24T10:22:00.547Z',
  endedAt: '2026-11-24T10:22:00.605Z',
  participants: [
    { name: 'p1', url: 'http://127.0.0.1:9001/hotel/prepare', state: 'committed', vote: 'yes', attempts: 1 },
    { name: 'p2', url: 'http://127.0.0.1:9001/car/prepare', state: 'committed', vote: 'yes', attempts: 1 },
  ],
} satisfies z.output<typeof transactionDocument>;
