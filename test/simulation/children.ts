/**
 * Owns what Temporal does with children that are abandoned by their parent: it starts one while its parent is open, and has it begin when
 * the parent's history says so. A parent that is closed between the two leaves a child without a first task, which begins when it is
 * signalled (Temporal server 1.32.0, `processStartChildExecution` and `GenerateFirstWorkflowTask`).
 */
import { ApplicationFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type Choices } from './choices';
import { type Clock } from './clock';
import { type Asks, type Result } from './instance';
import { type Asker, type SimulatedRun } from './run';

interface Around<Input> {
  readonly clock: Clock;
  readonly choices: Choices;
  readonly number: (name: string) => number;
  readonly tell: (text: string) => void;
  readonly begin: (id: string, input: Input) => SimulatedRun<Input>;
  /** It is there, or has been told something, and its parent's history does not say so yet. */
  readonly onUnrecorded: (id: string) => void;
}

interface Child<Input> {
  readonly input: Input;
  readonly parent: Asker;
  readonly isAbandoned: boolean;
  /** Undefined until it begins. */
  run: SimulatedRun<Input> | undefined;
}

export class Children<Input> {
  readonly #around: Around<Input>;
  readonly #there = new Map<string, Child<Input>>();

  constructor(around: Around<Input>) {
    this.#around = around;
  }

  start = ({ id, name, input, options }: Asks<'child'>, parent: Asker): void => {
    const { clock, choices, number, tell } = this.#around;
    const fate = choices(`the start of ${id}`, 'comes at once', ['comes late', 'is recorded late']);
    const late = 20 + number(`the start of ${id}: late`) * 1_500;
    const hear = (result: Result): void => {
      parent.hear({ is: 'child', id, result });
    };
    clock.after(fate === 'comes late' ? late : 1, () => {
      if (!parent.isOpen()) {
        tell(`    ${id} is not started: its parent has closed`);
        return;
      }
      const known = this.#there.get(id);
      const isTaken =
        known?.run?.isClosed !== true || options['workflowIdReusePolicy'] === 'REJECT_DUPLICATE';
      if (known !== undefined && isTaken) {
        hear({ error: new WorkflowExecutionAlreadyStartedError('', id, name) });
        return;
      }
      const isAbandoned = options['parentClosePolicy'] === 'ABANDON';
      const child: Child<Input> = { input: JSON.parse(input) as Input, parent, isAbandoned, run: undefined };
      this.#there.set(id, child);
      tell(`    ${id} is there`);
      if (fate === 'is recorded late') this.#around.onUnrecorded(id);
      clock.after(fate === 'is recorded late' ? late : 0, () => {
        if (!parent.isOpen()) {
          tell(`    ${id} is there without a first task: its parent has closed`);
          return;
        }
        hear({ value: undefined });
        this.#begin(id, child);
      });
    });
  };

  /** A run has closed that may be a parent. */
  closed(): void {
    for (const { parent, isAbandoned, run } of this.#there.values())
      if (!isAbandoned && !parent.isOpen()) run?.terminate();
  }

  signal = ({ id, to, name }: Asks<'signal'>, by: Asker): void => {
    const { clock, choices, number, tell } = this.#around;
    const what = `${name} to ${to}`;
    const fate = choices(what, 'is told', ['is told late', 'is told, and that is recorded late']);
    const late = 20 + number(`${what}: late`) * 1_500;
    clock.after(fate === 'is told late' ? late : 1, () => {
      const child = this.#there.get(to);
      const isThere = child !== undefined && child.run?.isClosed !== true;
      tell(`    ${what}${isThere ? '' : ', which is not there any more'}`);
      if (isThere) {
        this.#begin(to, child);
        child.run?.hear({ is: 'signal', name, argument: undefined });
      }
      const result = isThere
        ? { value: undefined }
        : { error: ApplicationFailure.create({ message: 'closed' }) };
      const isLate = fate === 'is told, and that is recorded late';
      if (isLate) this.#around.onUnrecorded(to);
      clock.after(isLate ? late : 0, () => {
        by.hear({ is: 'signalled', id, result });
      });
    });
  };

  #begin(id: string, child: Child<Input>): void {
    child.run ??= this.#around.begin(id, child.input);
  }
}
