// A process that prepares many transactions at once, and says of each how it was answered; to be killed in the middle.
// Arguments: the kit as built, the database's URL, the ids.
const [kit, url, ...ids] = process.argv.slice(2);
const { createParticipant, mysqlStore, no, yes } = (await import(kit)).default;

const prepare = async connection => {
  const [coins] = await connection.query(
    'SELECT id FROM coin WHERE holder IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  if (coins.length === 0) return no('not enough money');
  await connection.query('DELETE FROM coin WHERE id = ?', [coins[0].id]);
  return yes;
};
const participant = await createParticipant({ store: await mysqlStore(url), xa: { prepare } });

const ask = async transactionId => {
  const body = {
    transactionId,
    participant: 'p1',
    phase: 'prepare',
    decideBy: new Date(Date.now() + 60_000).toISOString(),
    payload: { amount: 1 },
  };
  const request = new globalThis.Request('http://service.test/prepare', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { status } = await participant.handle(request);
  process.stdout.write(`answered ${transactionId} ${status}\n`);
};
await Promise.all(ids.map(ask));
