/** Owns a participant of the tests as a process of its own: `<port> <database file>`. It runs until it is killed. */
import { startParticipant } from './participant';

const [port = '0', file = ''] = process.argv.slice(-2);
void startParticipant([], { port: Number(port), file }).then(({ prepareUrl }) => {
  process.stdout.write(`${prepareUrl}\n`);
});
