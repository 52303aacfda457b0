/** Owns the shape of what the console has to know of its server (docs/CONSOLE.md). */
import { z } from 'zod';
import { type Answered } from './answered';

export const consoleFacts = z.object({
  version: z.string(),
  caller: z
    .object({ name: z.string(), role: z.enum(['client', 'participant', 'operator']) })
    .describe('Who asks'),
  authenticated: z.boolean().describe('Whether callers need a token'),
  temporal: z.object({
    namespace: z.string(),
    taskQueue: z.string(),
    webUi: z.string().describe("The origin of Temporal's Web UI, where it is known").exactOptional(),
  }),
  workers: z
    .array(z.string())
    .describe('Who polls the task queue, this coordinator or not; absent where Temporal did not say')
    .exactOptional(),
  settings: z.record(z.string(), z.union([z.string(), z.number()])).describe('By name; none is a secret'),
});
export type ConsoleFacts = Answered<typeof consoleFacts>;
