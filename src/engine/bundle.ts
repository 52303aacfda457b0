/** Owns the workflow bundle: built once by `npm run build`, shared by every worker, so that a start costs no bundling. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import { packageRoot } from './devServer/packageRoot';

export const bundlePath = join(packageRoot(), 'dist/workflow-bundle.js');

async function writeBundle(): Promise<void> {
  const quiet = (): void => undefined;
  const say = (message: string): void => void process.stderr.write(`${message}\n`);
  const logger = {
    log: quiet,
    trace: quiet,
    debug: quiet,
    info: quiet,
    warn: say,
    error: say,
  };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(packageRoot(), 'dist/workflows/index.js'),
    failureConverterPath: join(packageRoot(), 'dist/workflows/failures.js'),
    workflowInterceptorModules: [join(packageRoot(), 'dist/workflows/interceptors.js')],
    logger,
  });
  await writeFile(bundlePath, code);
}

if (require.main === module) void writeBundle();
