/**
 * Owns writing log lines to standard output without ever waiting for whoever reads it. A line is written at once where there is
 * room, so that the last one before a crash is out; where there is none it is kept, up to a bound, and tried again. What does
 * not fit is dropped and counted, and the count is said when there is room.
 *
 * That needs a descriptor that answers EAGAIN: `process.stdout` makes pipes and sockets so when it is first asked for. Files take
 * what they are given. A terminal stays blocking, as for every program that somebody stops with Ctrl-S.
 */
import { fstatSync, writeSync } from 'node:fs';
import { type DestinationStream } from 'pino';
import { type Ms } from '../protocol/wire/phases';

interface OutputOptions {
  readonly maxBytes?: number;
  /** Told when there is room again after lines were dropped; what it writes comes next. */
  readonly onRoom: (dropped: number) => void;
}

const tryAgainMs: Ms = 50;
/** Of the last lines, when the program ends. */
const flushMs: Ms = 900;
const chunkBytes = 65_536;
/** The reader will not come back. Any other error (no room: EAGAIN, ENOSPC) may pass. */
const gone = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN', 'EBADF', 'EIO']);

export class Output implements DestinationStream {
  readonly #fd: number;
  readonly #maxBytes: number;
  readonly #onRoom: OutputOptions['onRoom'];
  /** In order; the first may be the rest of a line. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Nobody will ever read it again. */
  #broken = false;

  constructor(fd: number, { maxBytes = 1_048_576, onRoom }: OutputOptions) {
    this.#fd = fd;
    this.#maxBytes = maxBytes;
    this.#onRoom = onRoom;
  }

  write(line: string): void {
    if (this.#broken) return;
    const bytes = Buffer.from(line);
    if (this.#keptBytes + bytes.length > this.#maxBytes) this.#dropped += 1;
    else {
      this.#kept.push(bytes);
      this.#keptBytes += bytes.length;
    }
    if (this.#timer === undefined) this.#writeOut();
  }

  /** Calls back when all is written, or when `flushMs` has passed. */
  flush(done: () => void): void {
    const by = performance.now() + flushMs;
    const look = (): void => {
      this.writeNow();
      if (this.#kept.length === 0 || performance.now() >= by) done();
      else setTimeout(look, tryAgainMs);
    };
    look();
  }

  /** What can be written in this instant. */
  writeNow(): void {
    clearTimeout(this.#timer);
    this.#writeOut();
  }

  #writeOut(): void {
    this.#timer = undefined;
    while (this.#kept.length > 0 && this.#writeSome());
    if (this.#dropped > 0 && this.#keptBytes <= this.#maxBytes / 2) this.#tellDropped();
    if (this.#kept.length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#writeOut();
    }, tryAgainMs).unref();
  }

  #tellDropped(): void {
    const dropped = this.#dropped;
    this.#dropped = 0;
    this.#onRoom(dropped);
  }

  /** False where there is no room now. */
  #writeSome(): boolean {
    const chunk = this.#takeChunk();
    let written = 0;
    try {
      written = writeSync(this.#fd, chunk);
    } catch (error) {
      if (gone.has((error as NodeJS.ErrnoException).code ?? '')) return this.#breakDown();
    }
    this.#keptBytes -= written;
    if (written < chunk.length) this.#kept.unshift(chunk.subarray(written));
    return written > 0;
  }

  #takeChunk(): Buffer {
    let bytes = 0;
    let count = 0;
    while (count < this.#kept.length && (count === 0 || bytes < chunkBytes))
      bytes += this.#kept[count++]?.length ?? 0;
    return Buffer.concat(this.#kept.splice(0, count));
  }

  /** The coordinator goes on without its log. */
  #breakDown(): false {
    this.#broken = true;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#dropped = 0;
    return false;
  }
}

/** Standard output, where it is no terminal. */
export function standardOutput(onRoom: OutputOptions['onRoom']): Output {
  const stat = fstatSync(1);
  if (stat.isFIFO() || stat.isSocket()) process.stdout.on('error', () => undefined); // non-blocking from here on
  const output = new Output(1, { onRoom });
  process.once('exit', () => {
    output.writeNow();
  });
  return output;
}
