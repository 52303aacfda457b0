/**
 * Owns how the SDK's workflow threads enter their sandbox. The SDK (1.24) gives each entry a `timeout`, for which Node starts a watchdog:
 * a thread with an event loop of its own, 0.12 ms where the entry itself takes 0.002, some twenty times a transaction. And a process
 * that has no descriptor left aborts there ("Failed to initialize uv loop"). No option of the SDK turns it off, so its threads
 * get a `vm.Script.prototype.runInContext` that leaves the timeout out. Where another SDK enters otherwise, nothing changes.
 *
 * What the timeout was for is watched from the main thread instead. Our workflow code is bounded; a thread that is in one and the same
 * entry for half a minute stands still for all transactions. It is ended, and its worker with it (`Worker.run` rejects).
 */
import { basename } from 'node:path';
import type vm from 'node:vm';
import workerThreads, { type WorkerOptions } from 'node:worker_threads';
import { Runtime } from '@temporalio/worker';

const sdkFile = 'workflow-worker-thread.js';

const lookEveryMs = 1_000;
/** Looks that see the same entry: a process that was frozen meanwhile has not looked. */
const mostLooks = 30;

/** What a thread and its watch share: how often it went into its sandbox, and how often it came out. */
type Counts = Int32Array<SharedArrayBuffer>;

/** Runs in the thread, before the SDK's own file, and sees nothing of this module. */
function enterWithoutTimeout(script: typeof vm.Script.prototype, counts: Counts): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with the script that it is called on
  const run = script.runInContext;
  script.runInContext = function (context, options) {
    Atomics.add(counts, 0, 1);
    try {
      return run.call(this, context, { ...Object(options), timeout: undefined }) as unknown;
    } finally {
      Atomics.add(counts, 1, 1);
    }
  };
}

/** Of the process: for good, and once. */
const isDone = Symbol.for('dtc.entersWithoutTimeout');

/** Of the threads that the SDK starts from now on. */
export function leaveOutEntryTimeouts(): void {
  const { Worker } = workerThreads;
  if (isDone in Worker) return;
  class WorkflowThread extends Worker {
    static readonly [isDone] = true;

    constructor(file: string | URL, options: WorkerOptions = {}) {
      if (basename(String(file)) !== sdkFile) {
        super(file, options);
        return;
      }
      const counts: Counts = new Int32Array(new SharedArrayBuffer(8));
      const code = `
        (${enterWithoutTimeout.toString()})(require('node:vm').Script.prototype, require('node:worker_threads').workerData);
        require(${JSON.stringify(file)});`;
      super(code, { ...options, eval: true, workerData: counts });
      watch(this, counts);
    }
  }
  workerThreads.Worker = WorkflowThread;
}

function watch(thread: workerThreads.Worker, counts: Counts): void {
  let last = -1;
  let looks = 0;
  const timer = setInterval(() => {
    const entered = Atomics.load(counts, 0);
    const isInside = entered !== Atomics.load(counts, 1);
    looks = isInside && entered === last ? looks + 1 : 0;
    last = entered;
    if (looks < mostLooks) return;
    clearInterval(timer);
    Runtime.instance().logger.error(
      `a workflow task has kept its thread busy for ${String((mostLooks * lookEveryMs) / 1000)} s: the worker ends`,
    );
    void thread.terminate();
  }, lookEveryMs).unref();
  thread.once('exit', () => {
    clearInterval(timer);
  });
}
