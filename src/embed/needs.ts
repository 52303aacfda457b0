/** Owns what is said where a service has not installed what a coordinator inside it needs: optional peers, of which the client and the kit need none. */

const needed = [
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/common',
  '@temporalio/envconfig',
  '@temporalio/proto',
  '@temporalio/worker',
  '@temporalio/workflow',
  'express',
  'helmet',
  'jose',
  'pino-pretty',
  'prom-client',
];

const missing = needed.filter(name => !isInstalled(name));
if (missing.length > 0)
  throw new Error(
    `distributed-transaction-coordinator/embed needs packages that are not installed: npm install ${missing.join(' ')}`,
  );

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND';
  }
}
