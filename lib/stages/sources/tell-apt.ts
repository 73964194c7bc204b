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

/** The apt of a build. */
export interface OpenedApt extends AptTree {
  /** The addresses of the repositories that the build adds, as the tree's apt knows them. */
  readonly added: readonly string[];
}

/**
 * Gives a tree an apt that fetches this build's packages: configures its sources and the priority of -proposed, and opens
 * the gateway to them. The settings stay until the image is cleaned.
 * @param base a mounted image in which no third-party program has run; its apt does the fetching
 * @param options.published whether the tree is published: then the pins of its image apply. @default false
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
  // Third-party repositories must be up to date, even if this machine's apt does not check dates.
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
 * The unchanged base image, for its apt: in the image to be published, third-party packages may have changed apt.
 * @param root the mounted image that is published
 */
export async function mountBase(bench: Workbench, root: Mounted): Promise<Mounted> {
  const { base, root: published } = foldersOf(bench.job);
  if (base === published) return { path: root.path, [Symbol.asyncDispose]: async () => {} };
  return mountSquashfs(await takeUp(bench, made.squashfs(base)), bench.scratch);
}

/**
 * 400, below the 500 of the release's own pockets: named packages are installed with `-t`, and nothing else may come from
 * -proposed, as it would on jammy and older. For all of -proposed 500, like those pockets: the default on lunar and later
 * is 100, which installs nothing. facts/build.md §9.
 */
export function proposedPriority({ customise }: Workbench['request']): number {
  return customise?.allProposed === true ? 500 : 400;
}

/** The suite for `-t`, if the build request names one of these packages under `proposed`. */
export function proposedTarget(
  { request, job }: Pick<Workbench, 'request' | 'job'>,
  names: readonly string[],
): string | undefined {
  const { proposed = [] } = request.customise ?? {};
  const named = names.some((name) => proposed.includes(name));
  return named ? `${job.release}-proposed` : undefined;
}
