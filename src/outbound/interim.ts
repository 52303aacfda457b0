/**
 * Owns two things that undici 7 reads otherwise than HTTP means them, corrected on the socket it is given:
 * - `100 Continue` that it did not ask for ends its connection; a client skips it (RFC 9110 §15.2);
 * - a reset counts as the proper end of a body that only the closing of the connection delimits; here it is a cut-off,
 *   or half a "no" could pass for a yes (I8). A reset that is there before the data was read looks like a proper end to
 *   libuv already: what JSON can tell of that, voteBody.ts does.
 */
import { type Socket } from 'node:net';

const continueLine = Buffer.from('HTTP/1.1 100');
/** More than this is no interim answer; undici then says that it is broken. */
const longestInterim = 16_384;

export function readAsMeant(socket: Socket): void {
  skipContinue(socket);
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = 'RESET'; // the code that undici looks for
  });
}

function skipContinue(socket: Socket): void {
  const write = socket.write.bind(socket) as (...chunk: unknown[]) => boolean;
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  let start: AnswerStart | undefined;
  socket.write = (...chunk: unknown[]) => {
    start = new AnswerStart(); // one request at a time: after a write comes the start of its answer
    return write(...chunk);
  };
  socket.read = (size?: number): Buffer | null => {
    for (let chunk = read(size); chunk !== null; chunk = read(size)) {
      const rest = start === undefined ? chunk : start.feed(chunk);
      if (rest !== undefined) {
        start = undefined;
        return rest;
      }
    }
    return null;
  };
}

/** The bytes before an answer proper. */
class AnswerStart {
  #held = Buffer.alloc(0);

  /** Where the answer starts, or undefined while nothing but interim answers, whole or in part, has come. */
  feed(chunk: Buffer): Buffer | undefined {
    let data = Buffer.concat([this.#held, chunk]);
    while (mayBeContinue(data)) {
      const end = data.indexOf('\r\n\r\n');
      if (end === -1 && data.length > longestInterim) return data;
      if (end === -1) {
        this.#held = data;
        return undefined;
      }
      data = data.subarray(end + 4);
    }
    return data;
  }
}

/** True for nothing at all, too. */
function mayBeContinue(data: Buffer): boolean {
  const common = Math.min(data.length, continueLine.length);
  return data.subarray(0, common).equals(continueLine.subarray(0, common));
}
