import { run } from './run';

/** Where a container and an instance of AWS are given their credentials. */
const addresses = ['169.254.170.2', '169.254.169.254'];

let guests = 0;

/**
 * Does work in which programs of an image use the network: others may have taken their places. On a build machine of
 * CodeBuild, which is ours alone, the addresses of its credentials lead nowhere meanwhile. Another machine's routes are
 * not ours to change.
 * @throws CommandFailed where they cannot be closed
 */
export async function awayFromCredentials<T>(work: () => Promise<T>): Promise<T> {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: credentials, CODEBUILD_BUILD_ID: build } = process.env;
  if (credentials === undefined || build === undefined) return work();
  guests += 1;
  try {
    await routes('replace'); // again by each, so that nobody works while another is about to close them
    return await work();
  } finally {
    guests -= 1;
    if (guests === 0) await routes('delete');
  }
}

async function routes(verb: 'replace' | 'delete'): Promise<void> {
  for (const address of addresses) await run(['ip', 'route', verb, 'unreachable', `${address}/32`], { quiet: true });
}
