/**
 * Owns the participants in trouble: one process, one port, by the first segment of the path. `/hangs/…` accepts and never answers;
 * `/drips/…` answers one byte a second.
 */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';

const server = createServer((request, response) => {
  request.resume();
  if (request.url?.startsWith('/drips/') === true) drip(request, response);
});

function drip(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 1_000);
  request.once('close', () => {
    clearInterval(timer);
  });
}

server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.once('disconnect', () => process.exit());
