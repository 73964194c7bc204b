import { isMachineOfCodeBuild } from './network/code-build';
import { run } from './run';

/** Where a container and an instance of AWS are given their credentials. */
const addresses = ['169.254.170.2', '169.254.169.254'];

/**
 * Does work in which programs of an image use the network: others may have taken their places. On a build machine of
 * CodeBuild, which is ours alone, the addresses of its credentials lead nowhere meanwhile. How another machine reaches
 * whom is not ours to change.
 * @throws CommandFailed where they cannot be closed
 */
export async function awayFromCredentials<T>(work: () => Promise<T>): Promise<T> {
  if (!isMachineOfCodeBuild(process.env)) return work();
  guests += 1;
  if (guests === 1) closed = after(closed, 'add');
  try {
    await closed;
  } catch (error) {
    guests -= 1;
    throw error;
  }
  try {
    return await work();
  } finally {
    guests -= 1;
    if (guests === 0) {
      closed = after(closed, 'delete');
      await closed;
    }
  }
}

let guests = 0;
/** The last change, which the next one waits for. */
let closed: Promise<void> = Promise.resolve();

/** Rules stand before all routes, and leave those as they are. */
async function after(last: Promise<void>, verb: 'add' | 'delete'): Promise<void> {
  await last.catch(() => undefined);
  for (const address of addresses) {
    await run(['ip', 'rule', verb, 'pref', '1', 'to', `${address}/32`, 'unreachable'], { quiet: true });
  }
}
