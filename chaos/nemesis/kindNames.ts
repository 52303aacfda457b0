/** Owns the names of the kinds of faults, which options and plants name by their beginnings. That `faultKinds` has these and no other is tested. */
export const kindNames = [
  ...['kill api', 'kill worker', 'kill temporal', 'kill participant'],
  ...['stop api', 'stop worker', 'stop temporal', 'stop participant'],
  ...['kill database', 'stop database', 'disk full'],
  ...['cut temporal', 'delay temporal', 'freeze temporal', 'drip temporal', 'swallow temporal'],
  ...['cut link', 'delay link', 'freeze link', 'drip link', 'swallow link', 'repeat link'],
  ...['answers: storm', 'answers: late', 'answers: lostAnswer', 'answers: wrongStatus', 'clock skew'],
  ...['restart everything', 'restart coordinator', 'restart machine', 'roll workers'],
  ...['signal abort', 'signal retryNow', 'signal resolve', 'signal of nonsense', 'cancel', 'terminate'],
  ...['foreign worker', 'pause transaction', 'pause lock', 'pause calls', 'reset calls'],
];
