/** Owns the verdict on a run: all that is wrong in what it left behind. Pure; nothing of the coordinator helps. */
import { type Evidence } from '../evidence';
import { answers } from './answers';
import { counting } from './counting';
import { end } from './end';
import { journals } from './journals';
import { knowledge } from './knowledge';
import { locks } from './locks';
import { type Violation } from './violation';

export function check(evidence: Evidence): Violation[] {
  const known = knowledge(evidence);
  return [
    ...counting(evidence, known),
    ...answers(evidence, known),
    ...journals(evidence, known),
    ...locks(evidence),
    ...end(evidence, known),
  ];
}
