/** Owns running a bench as a program: its exit code, and that a signal interrupts it. */

export function runBench(main: () => Promise<void>, interruption: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      process.stderr.write(`The bench was interrupted (${signal}).\n`);
      interruption.abort();
    });
  }
  main().then(
    () => process.exit(),
    (error: unknown) => {
      if (interruption.signal.aborted) process.exit(130);
      process.stderr.write(`The bench failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}
