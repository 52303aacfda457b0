/** A signal that makes no sense is ignored, shown in document and details, and never stalls the transaction (PROTOCOL §4). */
import { quick } from '../support/quick';
import { expectAllAsDecided } from '../support/statefulParticipant';
import { useWorld } from '../support/world';
import { temporalWorkflow } from '../support/temporalCli';
import { stuckInCommit } from './stuck';

const world = useWorld({ limits: quick });

const undecodable = ['--input', 'rubbish', '--input-meta', 'encoding=unheard/of'];

it.each<[string, string, string[], unknown]>([
  ['a resolve that is text', 'resolve', ['--input', '"p2"'], 'resolve takes an object, not "p2"'],
  ['a resolve that is a list', 'resolve', ['--input', '["p2"]'], 'resolve needs "participant", a name'],
  [
    'a resolve of a participant that is no name',
    'resolve',
    ['--input', '{"participant":2,"by":"ann"}'],
    'resolve needs "participant", a name, not 2',
  ],
  ['a resolve without anything', 'resolve', [], 'resolve needs "participant", a name'],
  [
    'a resolve with an outcome that there is not',
    'resolve',
    ['--input', '{"participant":"p2","outcome":"done","by":"ann","reason":"x"}'],
    'resolve needs "outcome": "committed", "rolledback" or "unknown", not "done"',
  ],
  [
    'a resolve that nobody signed',
    'resolve',
    ['--input', '{"participant":"p2","outcome":"committed","reason":"x"}'],
    'resolve needs "by" and "reason": who says so, and why',
  ],
  [
    'a resolve of somebody who does not take part',
    'resolve',
    ['--input', '{"participant":"p9","outcome":"committed","by":"ann","reason":"x"}'],
    'there is no participant named "p9", but p1, p2',
  ],
  ['a retryNow that is a number', 'retryNow', ['--input', '7'], 'retryNow takes an object, not 7'],
  [
    'a signal that nobody knows',
    'rollback',
    ['--input', '{"by":"ann"}'],
    'there is no such signal: abort, retryNow and resolve are known',
  ],
  [
    "a signal with Temporal's own prefix",
    '__temporal_abort',
    [],
    'there is no such signal: abort, retryNow and resolve are known',
  ],
  [
    'a resolve that cannot be decoded',
    'resolve',
    undecodable,
    expect.stringContaining('resolve takes an object, not "'),
  ],
  [
    'an abort that cannot be decoded',
    'abort',
    undecodable,
    expect.stringContaining('abort takes an object, not "'),
  ],
  [
    'an unknown signal that cannot be decoded',
    'nonsense',
    undecodable,
    'there is no such signal: abort, retryNow and resolve are known',
  ],
])('ignores %s, says why, and goes on', async (_what, name, args, why) => {
  const { dtc } = world;
  const { id, healthy, broken, mend } = await stuckInCommit(world);
  await temporalWorkflow('signal', id, '--name', name, ...args);
  const shown = await dtc.until(id, d => d.actions !== undefined);
  const by = args.join().includes('"by":"ann"') ? 'ann' : 'unnamed (signal)';
  expect(shown.actions).toEqual([
    expect.objectContaining({ action: expect.stringContaining(name) as unknown, by, ignored: why }),
  ]);
  const details = await temporalWorkflow('metadata', id);
  for (const words of [by, 'ignored']) expect(details).toContain(words);
  mend();
  const document = await dtc.until(id, d => d.endedAt !== undefined);
  expect(document.status).toBe('committed');
  expectAllAsDecided(document, [healthy, broken]);
});
