import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MirrorError, named } from '../../errors';
import type { LocalFunction } from '../template/template';

/**
 * Calls a Lambda function in this process, loaded again as on a cold start. Calls run one after the other, because they
 * share `process.env`, which is restored afterwards.
 * @param environment variables that override those of the template
 * @throws what the function throws; DiskFull; BadFormat if there is no such handler
 */
export function callFunction(
  called: LocalFunction,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  const result = previous.then(() => call(called, event, environment));
  previous = result.then(noValue, noValue);
  return result;
}

let previous: Promise<void> = Promise.resolve();

function noValue(): void {}

async function call(
  called: LocalFunction,
  event: unknown,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  using _ = variablesSet({ ...called.environment, ...environment });
  const handler = load(called);
  const context = { functionName: called.name, awsRequestId: randomUUID() };
  try {
    return asJson(await handler(asJson(event), context));
  } catch (error) {
    throw named(error);
  }
}

/** On AWS, events and results are passed as JSON. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

type Handler = (event: unknown, context: object) => unknown;

function load({ name, folder, handler }: LocalFunction): Handler {
  const dot = handler.lastIndexOf('.');
  const file = join(folder, `${handler.slice(0, dot)}.js`);
  const require = createRequire(file);
  // As in a new Lambda environment: without state of an earlier call, even in modules that functions share.
  for (const loaded of Object.keys(require.cache)) if (dirname(loaded) === dirname(file)) delete require.cache[loaded];
  const found: unknown = (require(file) as Record<string, unknown>)[handler.slice(dot + 1)];
  if (typeof found === 'function') return found as Handler;
  throw new MirrorError('BadFormat', `function ${name} has no handler ${handler} in ${file}`);
}

function variablesSet(variables: Readonly<Record<string, string>>): Disposable {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}
