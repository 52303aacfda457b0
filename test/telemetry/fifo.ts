/** Owns a named pipe whose reading end is open, and read only when a test says so. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Fifo {
  /** The end to write to; blocking, as a pipe is that a shell made. */
  readonly fd: number;
  /** What stands in the pipe now. */
  read(): string;
  /** Nobody will read any more. */
  closeReader(): void;
  close(): void;
}

export function openFifo(flags = constants.O_WRONLY): Fifo {
  const folder = mkdtempSync(join(tmpdir(), 'dtc-fifo-'));
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const fd = openSync(path, flags);
  let readerOpen = true;
  const closeReader = (): void => {
    if (readerOpen) closeSync(reader);
    readerOpen = false;
  };
  return {
    fd,
    read: () => readAll(reader),
    closeReader,
    close: () => {
      closeReader();
      closeSync(fd);
      rmSync(folder, { recursive: true });
    },
  };
}

function readAll(fd: number): string {
  const chunk = Buffer.alloc(65_536);
  let text = '';
  for (;;) {
    let count = 0;
    try {
      count = readSync(fd, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
    if (count === 0) return text;
    text += chunk.toString('utf8', 0, count);
  }
}
