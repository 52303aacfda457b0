/** Owns the run's log: a line of JSON for each thing that was told, in a file that is whole up to the last line even if the run is killed. */
import { appendFileSync } from 'node:fs';
import { type Told } from './evidence';

/** What is told, without the time at which it is written down. */
export type Entry = { [K in Told['kind']]: Omit<Extract<Told, { kind: K }>, 'at'> }[Told['kind']];

export interface Recorder {
  record(entry: Entry): void;
  readonly told: readonly Told[];
}

export function createRecorder(file: string): Recorder {
  const told: Told[] = [];
  return {
    told,
    record: entry => {
      const line = { ...entry, at: Date.now() } as Told;
      told.push(line);
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
  };
}
