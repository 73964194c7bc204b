import { foldersOf, made } from '../../job/layout';
import { type ImageSource, proposedSources } from '../../job/sources/apt-sources';
import { machineAptOptions } from '../../machine/apt/apt';
import { giveCertificates } from '../../machine/apt/apt-certificates';
import { pinArchive } from '../../machine/apt/apt-pins';
import { configureApt } from '../../machine/apt/apt-settings';
import { type AptTree, openAptTree } from '../../machine/apt/apt-tree';
import { isProxyLine } from '../../machine/download/site-proxy';
import { endedTogether } from '../../machine/ended-together';
import { openGateway } from '../../machine/gateway/gateway';
import type { Chroot } from '../../machine/tree/chroot';
import { type Mounted, mountSquashfs } from '../../machine/tree/mounts';
import { takeUp, type Workbench } from '../workbench';
import { releaseRepositories, repositoriesOf } from './repositories';
import { networkOf } from './search';

/** An apt of a build. */
export interface OpenedApt extends AptTree {
  /** The addresses of the repositories that the build adds, as the tree's apt knows them. */
  readonly added: readonly string[];
}

/**
 * Gives a tree an apt that fetches this build's packages: tells it where they come from and how much -proposed counts, and
 * opens the one way there. It holds until the image is cleaned.
 * @param base a mounted image in which nothing of others has run, whose apt does the fetching
 * @param options.published whether the tree is published: then what its image prefers of packages counts. @default false
 */
export async function openApt(
  chroot: Chroot,
  base: string,
  added: readonly ImageSource[],
  bench: Workbench,
  { published = false }: { readonly published?: boolean } = {},
): Promise<OpenedApt> {
  const { request, job, scratch, tools } = bench;
  const proposed = proposedSources(request, job.architecture);
  // Whatever this machine's own apt overlooks, a repository of somebody else has to be up to date.
  const others = (await repositoriesOf(added, bench)).map((one) => ({ ...one, checkDates: true }));
  const repositories = [...(await releaseRepositories(bench)), ...(await repositoriesOf(proposed, bench)), ...others];
  const aptOptions = await machineAptOptions();
  return endedTogether(async (opened) => {
    const gateway = opened.use(await openGateway(repositories, networkOf(request.sources), scratch, { aptOptions }));
    const reached = repositories.map((one) => ({ ...one, uri: gateway.uriOf(one) }));
    const configure = async (root: string) => {
      const options = aptOptions.filter((line) => !isProxyLine(line));
      const { caData: ca } = request.sources;
      if (ca !== undefined) options.push(...giveCertificates(root, ca));
      await configureApt(root, reached, options, { imagePins: published });
      for (const { suite } of proposed) pinArchive(root, suite, proposedPriority(request));
    };
    const apt = await openAptTree(chroot, { base, gateway, configure, scratch, tools });
    return opened.use({ ...apt, added: others.map((one) => gateway.uriOf(one)) });
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
export function proposedPriority({ customise }: Workbench['request']): number {
  return customise?.allProposed === true ? 500 : 400;
}

/** Suite to take a package from, by `-t`, where the order names it among those of -proposed. */
export function proposedTarget(
  { request, job }: Pick<Workbench, 'request' | 'job'>,
  names: readonly string[],
): string | undefined {
  const { proposed = [] } = request.customise ?? {};
  const named = names.some((name) => proposed.includes(name));
  return named ? `${job.release}-proposed` : undefined;
}
