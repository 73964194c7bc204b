import { type ImageSource, proposedSources } from '../job/apt-sources';
import { machineAptOptions } from '../machine/apt';
import { giveCertificates, proxyOptions } from '../machine/apt-network';
import { pinArchive } from '../machine/apt-pins';
import { configureApt } from '../machine/apt-settings';
import { archiveRepositories, repositoriesOf } from './repositories';
import type { Workbench } from './workbench';

/**
 * Tells the apt of an image where this build's packages come from, how the network is reached, and how much -proposed
 * counts. It holds until the image is cleaned.
 */
export async function tellApt(root: string, added: readonly ImageSource[], bench: Workbench): Promise<void> {
  const { order, job } = bench;
  const { proxy, ca } = order.places;
  const proposed = proposedSources(order, job.architecture);
  const repositories = [
    ...(await archiveRepositories(bench)),
    ...(await repositoriesOf(proposed, bench)),
    // Whatever this machine's own apt overlooks, a repository of somebody else has to be up to date.
    ...(await repositoriesOf(added, bench)).map((one) => ({ ...one, checkDates: true })),
  ];
  const options = [...(await machineAptOptions()), ...proxyOptions(proxy)];
  if (ca !== undefined) options.push(...giveCertificates(root, ca));
  await configureApt(root, repositories, options);
  for (const { suite } of proposed) pinArchive(root, suite, proposedPriority(bench));
}

/**
 * Named packages are asked for by `-t`; nothing else may come from there: below the 500 of the release's own pockets,
 * where jammy and older would otherwise take all of -proposed. All of it means as much as those pockets, where lunar and
 * later would otherwise take nothing (100). facts/build.md §9.
 */
function proposedPriority({ order }: Workbench): number {
  return order.customise?.proposed === 'all' ? 500 : 400;
}

/** Suite to take a package from, by `-t`, where the order names it among those of -proposed. */
export function proposedTarget(
  { order, job }: Pick<Workbench, 'order' | 'job'>,
  names: readonly string[],
): string | undefined {
  const { proposed = [] } = order.customise ?? {};
  const named = proposed !== 'all' && names.some((name) => proposed.includes(name));
  return named ? `${job.release}-proposed` : undefined;
}
