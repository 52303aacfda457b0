/** What a person reads once everything is up: above all whose Temporal it is. */
import { readyBlock } from '../../src/telemetry/readyBlock';

const up = {
  role: 'all',
  api: 'http://127.0.0.1:8080',
  temporal: '127.0.0.1:7233',
  namespace: 'default',
  isOpen: true,
  hasConsole: true,
} as const;

test('says where everything is, and nothing more of a Temporal server of its own', () => {
  const block = readyBlock({ ...up, own: true, webUi: 'http://127.0.0.1:8233' });
  expect(block.split('\n').slice(1, 6)).toEqual([
    'Distributed Transaction Coordinator is ready (role: all).',
    '  API       http://127.0.0.1:8080',
    '  Console   http://127.0.0.1:8080/console',
    '  Web UI    http://127.0.0.1:8233/namespaces/default/workflows',
    '  Temporal  127.0.0.1:7233, namespace default',
  ]);
});

test("says of somebody else's Temporal which setting names it", () => {
  expect(readyBlock({ ...up, own: false })).toContain(
    '  Temporal  127.0.0.1:7233, namespace default: named by TEMPORAL_ADDRESS, so no server was started here',
  );
});

test('names no console that is not served', () => {
  expect(readyBlock({ ...up, own: true, hasConsole: false })).not.toContain('Console');
});

test('shows what to try where that works without a token', () => {
  expect(readyBlock({ ...up, own: true })).toContain('Try it');
  expect(readyBlock({ ...up, own: true, isOpen: false })).not.toContain('Try it');
});
