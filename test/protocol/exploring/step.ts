/** Owns what a step is, in whatever world is explored. */

export interface Step<World> {
  readonly label: string;
  readonly next: () => World;
  /** The lower the sooner, among the steps that happen if nothing fails; absent for what need not happen. */
  readonly fair?: number;
}
