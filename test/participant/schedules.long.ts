/**
 * Random schedules of calls, restarts, lost connections and SIGKILL, on every store: no wrong answer, no wrong balance. SCHEDULES_SECONDS
 * on each, 12 unless set; a release is tried with a minute (CONTRIBUTING.md).
 */
import { reservationRig, whereMysqlRuns, xaRig } from './support/mysqlRig';
import { explore, type Plan } from './schedules/explore';
import { killedScene } from './schedules/killedScene';
import { postgresScene, sceneOf, sqliteScene } from './schedules/scenes';
import { usePostgres } from './support/postgres';

const server = usePostgres();
const seconds = Number(process.env['SCHEDULES_SECONDS'] ?? 12);
const long: Pick<Plan, 'runs' | 'withinMs'> = { runs: 10_000, withinMs: seconds * 1_000 };

it('SQLite', () => explore({ ...long, makeScene: sqliteScene, disturbances: ['restart'] }));

it.each(['reservation', 'xa'] as const)('PostgreSQL, whose connections are lost: %s', way =>
  explore({ ...long, makeScene: () => postgresScene(server(), way), disturbances: ['restart', 'cut'] }),
);

it('PostgreSQL, whose service is killed', () =>
  explore({ ...long, makeScene: () => killedScene(server()), disturbances: ['kill'] }));

whereMysqlRuns('MySQL and MariaDB', () => {
  it.each(['reservation', 'xa'] as const)('whose connections are lost: %s', way =>
    explore({
      ...long,
      makeScene: async () => {
        const rig = await (way === 'xa' ? xaRig() : reservationRig());
        return sceneOf(rig, way, async () => {
          const [rows] = await rig.database.outside.query(
            'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
          );
          for (const { id } of rows as { id: number }[])
            await rig.database.outside.query(`KILL ${id}`).catch(() => undefined); // may be gone of itself
        });
      },
      disturbances: ['restart', 'cut'],
    }),
  );
});
