import { MirrorError } from '../../errors';
import { manifestOf } from '../dpkg/manifest';
import type { Chroot } from '../tree/chroot';
import { inside } from '../tree/inside/inside';
import { heldPackages } from './forget-settings';

/** apt's policy for a package. */
export interface Policy {
  readonly name: string;
  /** Installed version. @default - not installed */
  readonly installed?: string;
  /** Version that apt would install. @default - no candidate */
  readonly candidate?: string;
  /** Sources of the candidate: `500 http://a/ubuntu noble/main amd64 Packages`. */
  readonly sources: readonly string[];
}

/**
 * Fails if an upgrade kept back packages for which the added repositories have newer versions. apt itself only mentions
 * this in its output.
 * @param repositories URLs, as in the tree's apt sources
 * @throws KeptBack with the packages and what keeps them back
 */
export async function requireUpgraded(chroot: Chroot, repositories: readonly string[]): Promise<void> {
  if (repositories.length === 0) return;
  const names = manifestOf(chroot.path).split('\n').filter(Boolean);
  const policies = await policiesOf(
    chroot,
    names.map((line) => line.split('\t')[0] ?? ''),
  );
  const isAdded = ({ sources }: Policy) =>
    sources.some((line) => repositories.some((uri) => line.split(' ')[1] === uri.replace(/\/$/, '')));
  await refuseKept(chroot, policies.filter(isAdded));
}

/**
 * The same for packages that were requested by name.
 * @param target suite to prefer, whatever its priority. @default - apt's own choice
 * @throws KeptBack
 */
export async function requireNewest(chroot: Chroot, names: readonly string[], target?: string): Promise<void> {
  if (names.length === 0) return;
  await refuseKept(chroot, await policiesOf(chroot, names, target), target);
}

/**
 * Fails if the image holds a package for which -proposed has a newer version. apt may keep back other packages whose
 * dependencies are not in -proposed yet; that is not an error.
 * @param suite suite from which all packages were requested
 * @throws KeptBack
 */
export async function requireUnheld(chroot: Chroot, suite: string): Promise<void> {
  const held = heldPackages(chroot.path);
  if (held.length === 0) return;
  const policies = await policiesOf(chroot, held, suite);
  const isOfSuite = ({ sources }: Policy) => sources.some((line) => line.split(' ')[2]?.startsWith(`${suite}/`));
  await refuseKept(chroot, policies.filter(isOfSuite), suite);
}

/**
 * A pin in the image may hide a package; apt then only says that it has no candidate.
 * @throws KeptBack for a package that is available but excluded by the image's pins
 */
export async function requireOffered(chroot: Chroot, names: readonly string[], target?: string): Promise<void> {
  const asImage = await policiesOf(chroot, names, target, []);
  const hidden = asImage.filter(({ candidate }) => candidate === undefined).map(({ name }) => name);
  if (hidden.length > 0) await refuseKept(chroot, await policiesOf(chroot, hidden, target), target);
}

async function refuseKept(chroot: Chroot, policies: readonly Policy[], target?: string): Promise<void> {
  const kept = policies.filter(({ installed, candidate }) => candidate !== undefined && candidate !== installed);
  if (kept.length === 0) return;
  const [held, asImage] = [
    heldPackages(chroot.path),
    await policiesOf(
      chroot,
      kept.map(({ name }) => name),
      target,
      [],
    ),
  ];
  const reasonOf = ({ name, candidate }: Policy) => {
    if (held.includes(name)) return 'it is on hold in the image';
    const pinned = asImage.find((one) => one.name === name)?.candidate !== candidate;
    return pinned
      ? 'the image’s own apt preferences (pins) exclude it'
      : 'apt keeps it back because its dependencies are not available';
  };
  const lines = kept.map((one) => {
    const { name, installed, candidate } = one;
    return `${name} ${installed === undefined ? 'is not installed' : `stays at ${installed}`}, although ${candidate} was requested: ${reasonOf(one)}`;
  });
  throw new MirrorError('KeptBack', lines.join('; '), { hint: wayOut });
}

const wayOut =
  'remove the hold (apt-mark unhold) or the pin (/etc/apt/preferences.d) from the base image, or request other packages';

/** Ignores the image's pins; keeps our own pin for -proposed, of which a tree has at most one. */
function withoutPins(root: string): string[] {
  const folder = 'etc/apt/preferences.d';
  const own = inside(root)
    .list(folder)
    .find(({ name }) => name.startsWith('maas-mirror-'));
  const file = own === undefined ? '/dev/null' : `/${folder}/${own.name}`;
  return ['-o', `Dir::Etc::preferences=${file}`, '-o', 'Dir::Etc::preferencesparts=/dev/null'];
}

async function policiesOf(
  chroot: Chroot,
  names: readonly string[],
  target?: string,
  options: readonly string[] = withoutPins(chroot.path),
): Promise<Policy[]> {
  const preferred = target === undefined ? [] : ['-o', `APT::Default-Release=${target}`];
  return policiesIn(await chroot.run(['apt-cache', ...options, ...preferred, 'policy', ...names], { quiet: true }));
}

/** @param printed output of `apt-cache policy` */
export function policiesIn(printed: string): Policy[] {
  return printed.split(/^(?=\S)/m).flatMap((block) => {
    const name = /^(\S+):\n/.exec(block)?.[1];
    return name === undefined ? [] : [policyIn(name, block)];
  });
}

function policyIn(name: string, block: string): Policy {
  const fieldOf = (word: string) => {
    const value = new RegExp(`^  ${word}: (\\S+)$`, 'm').exec(block)?.[1];
    return value === undefined || value === '(none)' ? undefined : value;
  };
  const [installed, candidate] = [fieldOf('Installed'), fieldOf('Candidate')];
  const sources: string[] = [];
  let isCandidate = false;
  for (const line of block.split('\n')) {
    const [, version] = /^ (?: {3}|\*\*\*) (\S+) -?\d+/.exec(line) ?? [];
    if (version !== undefined) isCandidate = version === candidate;
    else if (isCandidate && line.startsWith('        ')) sources.push(line.trim());
  }
  return {
    name,
    ...(installed === undefined ? {} : { installed }),
    ...(candidate === undefined ? {} : { candidate }),
    sources,
  };
}
