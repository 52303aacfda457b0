// The door to Temporal's Web UI: a proxy on its port that looks at who asks. The Web UI itself answers under
// any name, so a page of any site whose name resolves to 127.0.0.1 for a moment (DNS rebinding) could read all
// histories in it, payloads included, and act on them.
// usage: uiDoor.mjs PORT UI_HOST UI_PORT
// Owns: which names and origins are let in. Ends when its standard input does: that is the server's life.
// Can fail: the port cannot be listened on (says so, and ends); the Web UI does not answer (502).
import { createServer, request } from 'node:http';
import { pipeline } from 'node:stream';

const [port, host, behind] = process.argv.slice(2);

const door = createServer((asked, answer) => {
  const refusal = refusalOf(asked.headers);
  if (refusal === undefined) pass(asked, answer);
  else say(answer, 403, refusal);
});

// a port of another number is a tunnel's (ssh -L)
const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

function refusalOf({ host: name = '', origin }) {
  const asIntended = `The Web UI answers at http://localhost:${port} and http://127.0.0.1:${port} alone`;
  if (!loopback.test(name)) return `${asIntended}: not under the name that was asked for.`;
  const foreign = origin !== undefined && !loopback.test(origin.replace(/^https?:\/\//, ''));
  return foreign ? `${asIntended}: not to a page of another site.` : undefined;
}

function pass(asked, answer) {
  const { method, url: path, headers } = asked;
  const onward = request({ host, port: behind, method, path, headers });
  const broken = error => {
    if (answer.headersSent) answer.destroy();
    else say(answer, 502, `Temporal's Web UI does not answer (${error.code ?? error.message}).`);
  };
  onward.on('response', answered => {
    answer.writeHead(answered.statusCode, answered.statusMessage, answered.rawHeaders);
    pipeline(answered, answer, () => undefined);
  });
  pipeline(asked, onward, error => error && broken(error));
  answer.once('close', () => onward.destroy());
}

function say(answer, status, text) {
  answer.writeHead(status, { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' });
  answer.end(`${text}\n`);
}

door.once('error', error => {
  console.error(`temporal-dev: the Web UI cannot be had on port ${port} (${error.message})`);
  process.exit(1);
});
door.listen({ host: '127.0.0.1', port: Number(port) });
process.stdin.once('end', () => process.exit()).resume();
