/** Owns how a run says that a promise is broken. */
export class SimulatedViolation extends Error {
  override readonly name = 'SimulatedViolation';
  constructor(
    readonly promise: string,
    readonly what: string,
  ) {
    super(`${promise}: ${what}`);
  }
}
