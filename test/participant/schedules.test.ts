/** A short walk through random schedules of calls and restarts; schedules.long.ts goes further, and kills. */
import { explore } from './schedules/explore';
import { postgresScene, sqliteScene } from './schedules/scenes';
import { usePostgres } from './support/postgres';

const server = usePostgres();

it('no schedule of calls and restarts gets a wrong answer or a wrong balance from SQLite', () =>
  explore({ makeScene: sqliteScene, disturbances: ['restart'], runs: 25, withinMs: 40_000 }));

it.each(['reservation', 'xa'] as const)(
  'no schedule of calls, restarts and lost connections gets a wrong answer or a wrong balance from PostgreSQL: %s',
  way =>
    explore({
      makeScene: () => postgresScene(server(), way),
      disturbances: ['restart', 'cut'],
      runs: 6,
      withinMs: 40_000,
    }),
);
