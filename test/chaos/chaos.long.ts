/** A minute of `npm run chaos`: whatever is killed, frozen and cut, nothing is violated; and it ends by itself, with its report. */
import { chaos } from './run';

it('violates nothing in a minute of chaos', async () => {
  const { code, report, page } = await chaos('--minutes', '1', '--seed', '25', '--settle', '240');
  expect(report).toContain('verdict: no violation');
  expect(code).toBe(0);
  expect(Number(/(\d+) committed/.exec(report)?.[1])).toBeGreaterThan(0); // few where the machine is busy
  expect(Number(/(\d+) faults/.exec(report)?.[1])).toBeGreaterThan(10);
  expect(page).toContain('<svg');
  expect(page).not.toMatch(/(?:src|href)=/);
});
