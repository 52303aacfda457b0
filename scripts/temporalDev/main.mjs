// The steps of a start that temporal-dev.sh hands to Node.
// usage: main.mjs STEP SERVER_PID COORDINATOR [the step's arguments]
// SERVER_PID is the process that is, or is going to be, the server. COORDINATOR is who supervises it, as
// PID:TOKEN, or empty when it was started by hand. What the shell needs is printed, a line each; what people
// should see goes to standard error.
// Can fail: every step, with one message that begins with "error: " and exit code 1.
import { startTime } from '../ownership/process.mjs';
import { readSettings } from './settings.mjs';
import { begin, prepare, ready } from './steps.mjs';

const steps = { prepare, begin, ready };
process.umask(0o077);

try {
  const [step, pid, coordinator, ...args] = process.argv.slice(2);
  const settings = readSettings(process.env);
  const start = { ...settings, serverPid: Number(pid), owner: ownerOf(Number(pid), coordinator, settings) };
  const lines = await steps[step](start, ...args);
  if (lines.length > 0) console.log(lines.join('\n'));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

function ownerOf(serverPid, coordinator, { port, uiPort }) {
  const [coordinatorPid, token] = coordinator.split(':');
  const kind = coordinator === '' ? 'temporal-dev.sh' : 'coordinator';
  const pid = coordinator === '' ? serverPid : Number(coordinatorPid);
  return { kind, pid, startTime: startTime(pid), token, since: new Date().toISOString(), port, uiPort };
}
