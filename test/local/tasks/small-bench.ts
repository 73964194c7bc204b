import type { EngineEvent } from '../../../lib/job/events';
import type { Bench } from '../../../lib/local/bench';
import { Running } from '../../../lib/local/running';
import { Slots } from '../../../lib/local/slots';
import type { LocalFunction } from '../../../lib/local/template/template';

/** A bench without projects. @returns it, and the events that it is told */
export function smallBench(
  functions: readonly LocalFunction[] = [],
  environment: Readonly<Record<string, string>> = {},
) {
  const events: EngineEvent[] = [];
  const bench: Bench = {
    assembly: {
      definition: {},
      projects: new Map(),
      functions: new Map(functions.flatMap((one) => [one.name, `arn:local:${one.name}`].map((name) => [name, one]))),
    },
    ...{ name: 'run-1', scratch: '/nonexistent', logs: '/nonexistent/logs', environment },
    ...{ slots: new Slots(1), running: new Running() },
    onEvent: (event) => events.push(event),
  };
  return { bench, events };
}
