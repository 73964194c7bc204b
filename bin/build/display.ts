import { Listr, type ListrTask } from 'listr2';
import { withoutName } from '../../lib/errors';
import type { EngineEvent, Failure } from '../../lib/job/events';
import { errorOf } from '../../lib/job/not-ready';
import type { Plan } from '../../lib/job/plan';
import { printable } from '../../lib/machine/output/printable';
import type { Terminal } from '../terminal/terminal';
import { stageName } from './stage-name';

/** Shows the progress of a build until it ends. */
export interface BuildDisplay {
  on(event: EngineEvent): void;
  /** Ends the display. Stages that have not ended are shown as skipped. */
  end(): Promise<void>;
}

/** A list of stages that is redrawn on a terminal; elsewhere a line for each event. */
export function buildDisplay(plans: readonly Plan[], terminal: Terminal): BuildDisplay {
  return terminal.isTTY && plans.length > 0 ? listDisplay(plans) : lineDisplay(terminal);
}

function lineDisplay(terminal: Terminal): BuildDisplay {
  return {
    on: (event) => {
      const name = stageName(event);
      if (event.type === 'started') terminal.err(`${name} …`);
      if (event.type === 'progress') terminal.err(`${name}: ${event.text}`);
      if (event.type === 'finished') terminal.err(`${name} done in ${seconds(event.seconds)}`);
      if (event.type === 'stopped') terminal.err(`${name} stopped`);
      if (event.type === 'failed') terminal.err(`${name} FAILED after ${seconds(event.seconds)}`);
    },
    end: async () => {},
  };
}

/** How a stage ended. The seconds are those of its run, without the time that it waited. */
type Outcome = { readonly done: number } | 'failed' | 'skipped';

interface Row {
  readonly title: string;
  show(text: string): void;
  settle(outcome: Outcome): void;
}

function listDisplay(plans: readonly Plan[]): BuildDisplay {
  const rows = new Map<string, Row>();
  const list = new Listr(
    stagesOf(plans).map((title) => taskFor(title, rows)),
    {
      concurrent: true,
      exitOnError: false,
      // Those of Listr would end the process at once; ours end the stages first.
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false, collapseSubtasks: false, timer: undefined },
    },
  );
  const shown = list.run();
  return {
    on: (event) => {
      const row = rows.get(stageName(event));
      if (event.type === 'started') row?.show('working');
      if (event.type === 'progress') row?.show(printable(event.text));
      if (event.type === 'finished') row?.settle({ done: event.seconds });
      if (event.type === 'failed') row?.settle('failed');
      if (event.type === 'stopped') row?.settle('skipped');
    },
    end: async () => {
      for (const row of rows.values()) row.settle('skipped');
      await shown;
    },
  };
}

/** A row of the list; it stays open until its stage ends. */
function taskFor(title: string, rows: Map<string, Row>): ListrTask {
  let settle: Row['settle'] = () => {};
  let show: Row['show'] = () => {};
  const ended = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  rows.set(title, { title, show: (text) => show(text), settle: (outcome) => settle(outcome) });
  return {
    title,
    task: async (_, task) => {
      show = (text) => {
        task.output = text;
      };
      show('waiting');
      const outcome = await ended;
      if (outcome === 'skipped') task.skip(title);
      if (outcome === 'failed') throw new Error(title);
      if (outcome !== 'skipped') task.title = `${title} (${seconds(outcome.done)})`;
    },
  };
}

/** The stages of plans, in the order in which they run. */
function stagesOf(plans: readonly Plan[]): string[] {
  return plans.flatMap(({ architectures, bootloaders }) => [
    'Plan',
    ...(bootloaders ? ['Bootloaders', 'PublishBootloaders'] : []),
    ...architectures.flatMap(({ architecture, customised, kernels }) => [
      `Fetch ${architecture}`,
      ...(customised ? [`Upgrade ${architecture}`] : []),
      `Prepare ${architecture}`,
      `Select ${architecture}`,
      ...kernels.flatMap(({ kernel }) => [`Extract ${architecture} ${kernel}`, `BootTest ${architecture} ${kernel}`]),
      `Publish ${architecture}`,
    ]),
  ]);
}

function seconds(count: number): string {
  return count < 60 ? `${count.toFixed(1)} s` : `${Math.floor(count / 60)} min ${Math.round(count % 60)} s`;
}

/** What is printed about a failed stage: its name, the last lines of its log, and where the full log is. */
export function failureLines(failure: Failure): string[] {
  const lines = [
    `${stageName(failure)} failed: ${withoutName(errorOf(failure))}`,
    ...failure.tail.map((line) => `  | ${line}`),
  ];
  if (failure.hint !== undefined) lines.push(`  ${failure.hint}`);
  if (failure.log !== undefined) lines.push(`  full log: ${failure.log}`);
  return lines;
}
