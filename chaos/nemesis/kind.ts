/** Owns what a kind of fault is, and what it may need to know. */
import { type Client } from '@temporalio/client';
import { type Random } from '../../src/testing/random';
import { type Recorder } from '../recorder';
import { type World } from '../world/world';
import { type Kind } from './schedule';

export interface Scene {
  readonly world: World;
  readonly random: Random;
  readonly recorder: Recorder;
  /** To the Temporal server itself, past all links. */
  readonly temporal: Client;
  /** As `temporal`, and asks nothing a second time by itself: a refusal is an answer to the first request. */
  readonly temporalOnce: Client;
  /** Some of the transactions that are open, in any order. */
  readonly anyOpen: () => readonly string[];
}

export interface FaultKind extends Kind {
  /** @param until when it is to be over; resolves when it is, and whatever it broke is whole again. */
  run(target: string, until: Promise<void>, forMs: number): Promise<string | undefined>;
}
