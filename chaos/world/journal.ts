/** Owns reading what a participant writes down: each line once, since the end of a run looks many times. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Call } from '../evidence';

export class Journal {
  readonly #file: string;
  readonly #calls: Call[] = [];
  #readTo = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** All so far, in order. A line of which only a part is there comes once it is whole. */
  calls(): readonly Call[] {
    const more = bytesFrom(this.#file, this.#readTo);
    const whole = more.subarray(0, more.lastIndexOf('\n') + 1);
    this.#readTo += whole.length;
    for (const line of whole.toString().split('\n'))
      if (line !== '') this.#calls.push(JSON.parse(line) as Call);
    return this.#calls;
  }
}

function bytesFrom(file: string, from: number): Buffer {
  const opened = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(fstatSync(opened).size - from);
    return bytes.subarray(0, readSync(opened, bytes, 0, bytes.length, from));
  } finally {
    closeSync(opened);
  }
}
