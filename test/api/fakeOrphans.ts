/** A sweep in memory: the routes are the point of these tests. It records what it was asked. */
import { type Orphans, type SweepOptions, type Swept } from '../../src/coordinator/orphans';
import { type SweepReport } from '../../src/protocol/orphans/report';

export class FakeOrphans implements Orphans {
  readonly asked: SweepOptions[] = [];
  report: SweepReport | undefined;
  /** What a sweep comes to; an error is thrown. */
  swept: Swept | Error = { is: 'underWay', workflowId: 'orphan-sweep-test-asked-1' };

  lastReport(): Promise<SweepReport | undefined> {
    return Promise.resolve(this.report);
  }

  sweepNow(options: SweepOptions): Promise<Swept> {
    this.asked.push(options);
    return this.swept instanceof Error ? Promise.reject(this.swept) : Promise.resolve(this.swept);
  }
}
