import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Adds the caller to errors of file operations, for MAAS_MIRROR_DEBUG=1: Node rejects some of them (rm of a folder) with an
 * error without a stack.
 * @returns a function that undoes it
 */
export function traceFiles(): () => void {
  const plain = { ...promises };
  for (const [name, operation] of Object.entries(plain)) {
    if (typeof operation === 'function') Object.assign(promises, { [name]: traced(operation as Operation) });
  }
  syncBuiltinESMExports();
  return () => {
    Object.assign(promises, plain);
    syncBuiltinESMExports();
  };
}

type Operation = (...args: unknown[]) => unknown;

function traced(operation: Operation): Operation {
  return (...args) => {
    const made = operation(...args);
    return made instanceof Promise ? withCaller(made) : made; // watch and opendir return something else
  };
}

async function withCaller(made: Promise<unknown>): Promise<unknown> {
  const call = new Error();
  try {
    return await made;
  } catch (error) {
    if (error instanceof Error && !/^ {4}at /m.test(error.stack ?? '')) {
      error.stack = [error.stack ?? String(error), ...(call.stack ?? '').split('\n').slice(1)].join('\n');
    }
    throw error;
  }
}
