import { spawnSync } from 'node:child_process';
import { awayFromCredentials } from '../../lib/machine/credential-addresses';

/** Says in a process of its own which addresses answer before, during and after work that may not reach them. */
async function main(addresses: readonly string[]): Promise<void> {
  const answering = () =>
    addresses.filter((address) => spawnSync('bash', ['-c', `: < /dev/tcp/${address}/80`]).status === 0).join(' ');
  const before = answering();
  const during = await awayFromCredentials(async () => {
    const first = answering();
    await awayFromCredentials(async () => undefined);
    return `${first}, ${answering()}`;
  });
  await awayFromCredentials(() => Promise.reject(new Error('it failed'))).catch(() => undefined);
  console.log(`before: ${before}; during: ${during}; after: ${answering()}`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
