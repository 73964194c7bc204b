import { type ImageSource, proposedSources } from '../job/apt-sources';
import { foldersOf, made } from '../job/layout';
import { machineAptOptions } from '../machine/apt';
import { giveCertificates } from '../machine/apt-network';
import { pinArchive } from '../machine/apt-pins';
import { configureApt } from '../machine/apt-settings';
import type { Chroot } from '../machine/chroot';
import { endedTogether } from '../machine/ended-together';
import { type Mounted, mountSquashfs } from '../machine/mounts';
import { type AptTree, openAptTree } from '../machine/network/apt-tree';
import { openGateway } from '../machine/network/gateway';
import { isProxyLine } from '../machine/network/site-proxy';
import { releaseRepositories, repositoriesOf } from './repositories';
import { networkOf } from './search';
import { takeUp, type Workbench } from './workbench';

/**
 * Gives a tree an apt that fetches this build's packages: tells it where they come from and how much -proposed counts, and
 * opens the one way there. It holds until the image is cleaned.
 * @param base a mounted image in which nothing of others has run, whose apt does the fetching
 */
export async function openApt(
  chroot: Chroot,
  base: string,
  added: readonly ImageSource[],
  bench: Workbench,
): Promise<AptTree> {
  const { order, job, scratch, tools } = bench;
  const proposed = proposedSources(order, job.architecture);
  const repositories = [
    ...(await releaseRepositories(bench)),
    ...(await repositoriesOf(proposed, bench)),
    // Whatever this machine's own apt overlooks, a repository of somebody else has to be up to date.
    ...(await repositoriesOf(added, bench)).map((one) => ({ ...one, checkDates: true })),
  ];
  const aptOptions = await machineAptOptions();
  return endedTogether(async (opened) => {
    const gateway = opened.use(await openGateway(repositories, networkOf(order.places), scratch, { aptOptions }));
    const reached = repositories.map((one) => ({ ...one, uri: gateway.uriOf(one) }));
    const configure = async (root: string) => {
      const options = aptOptions.filter((line) => !isProxyLine(line));
      const { ca } = order.places;
      if (ca !== undefined) options.push(...giveCertificates(root, ca));
      await configureApt(root, reached, options);
      for (const { suite } of proposed) pinArchive(root, suite, proposedPriority(order));
    };
    return opened.use(await openAptTree(chroot, { base, gateway, configure, scratch, tools }));
  });
}

/**
 * The base image as it came, for its apt: in what a build publishes, packages of others may have changed theirs.
 * @param root the mounted image that is published
 */
export async function mountBase(bench: Workbench, root: Mounted): Promise<Mounted> {
  const { base, root: published } = foldersOf(bench.job);
  if (base === published) return { path: root.path, [Symbol.asyncDispose]: async () => {} };
  return mountSquashfs(await takeUp(bench, made.squashfs(base)), bench.scratch);
}

/**
 * Named packages are asked for by `-t`; nothing else may come from there: below the 500 of the release's own pockets,
 * where jammy and older would otherwise take all of -proposed. All of it means as much as those pockets, where lunar and
 * later would otherwise take nothing (100). facts/build.md §9.
 */
export function proposedPriority({ customise }: Workbench['order']): number {
  return customise?.proposed === 'all' ? 500 : 400;
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
