/**
 * For the demo alone: the trouble that real services have by themselves, at a moment that the demo chooses.
 * `POST …/demo {"phase", "trouble"}`: requests of that phase wait (`hold`), or are answered 503 (`fail`), until the next one.
 * Bodies of other requests are left unread: they are the kit's.
 */
import { EventEmitter, once } from 'node:events';
import express, { type Response, Router } from 'express';
import { z } from 'zod';

const settingSchema = z.object({
  phase: z.enum(['prepare', 'commit', 'rollback']),
  trouble: z.enum(['none', 'hold', 'fail']),
});

export type DemoSetting = z.infer<typeof settingSchema>;

export function demoSwitch(say: (what: string) => void): Router {
  const router = Router();
  const changed = new EventEmitter();
  let setting: DemoSetting = { phase: 'prepare', trouble: 'none' };
  const has = (trouble: DemoSetting['trouble'], phase: string): boolean =>
    setting.trouble === trouble && setting.phase === phase;

  router.post('/demo', express.json(), (request, response) => {
    setting = settingSchema.parse(request.body);
    changed.emit('changed');
    response.sendStatus(204);
  });
  router.post('/:phase', async (request, response, next) => {
    const { phase } = request.params;
    if (has('hold', phase)) say(`${phase} … (takes its time)`);
    while (has('hold', phase)) await once(changed, 'changed');
    if (response.closed) return; // whoever asked has gone meanwhile: it was never done
    if (!has('fail', phase)) {
      onceAnswered(response, what => {
        say(`${phase} → ${what}`);
      });
      next();
      return;
    }
    say(`${phase} → 503 (out of order)`);
    response.sendStatus(503);
  });
  return router;
}

/** Tells status and body once they are on their way. */
function onceAnswered(response: Response, tell: (what: string) => void): void {
  const end = response.end.bind(response);
  let body = '';
  Object.assign(response, { end: (text: string) => end((body = text)) });
  response.once('finish', () => {
    tell(`${response.statusCode} ${body}`);
  });
}
