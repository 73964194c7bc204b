import { resolve } from 'node:path';
import { MirrorError } from '../../lib/errors';
import { type BuildRequest, isCustomised } from '../../lib/job/build-request';
import { longestBoot } from '../../lib/job/job';
import { stanzasIn } from '../../lib/job/sources/repository';
import { withCredentials } from './credentials';
import type { RequestOptions } from './request-options';
import { pathOf, readText } from './sources-from';

/** The image that the options describe, without release and architectures. @throws BadInput (misuse) */
export function imageFrom(options: RequestOptions): object {
  const { serial, compression, bootTest = true, bootTimeout, base = '' } = options;
  const customise = customisationFrom(options);
  return {
    bootTest,
    base: base === '' ? base : resolve(pathOf(base, '--base')),
    ...kernelsFrom(options),
    ...(customise && { customise }),
    ...(serial !== undefined && { serial }),
    ...(compression !== undefined && { compression }),
    ...(bootTimeout !== undefined && { bootTimeout: minutesOf(bootTimeout) }),
  };
}

function minutesOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new MirrorError('BadInput', `--boot-timeout ${JSON.stringify(text)} is not a number of minutes`, {
    hint: `give whole minutes, from 1 to ${longestBoot}: --boot-timeout 120 is two hours`,
    misuse: true,
  });
}

function customisationFrom(options: RequestOptions) {
  const { ppa = [], repository = [], credentials = [], proposed, package: packages = [], purge = [] } = options;
  const ppas = ppa.map((name) => (name.startsWith('ppa:') ? name : `ppa:${name}`));
  const files = repository.map((file) => readText(file, '--repository'));
  // Credentials belong to a single stanza.
  const stanzas = credentials.length === 0 ? files : files.flatMap(stanzasIn);
  const customise = {
    repositories: [...ppas, ...withCredentials(stanzas, credentials)],
    proposed: proposedFrom(proposed),
    allProposed: proposed === true,
    packages: wordsOf(packages),
    purge: wordsOf(purge),
  };
  return isCustomised({ customise }) ? customise : undefined;
}

function proposedFrom(proposed: string | boolean | undefined): string[] {
  const names = wordsOf(typeof proposed === 'string' ? [proposed] : []);
  if (!names.includes('all')) return names;
  throw new MirrorError('BadInput', `--proposed ${proposed}: there is no package named "all"`, {
    hint: 'to upgrade all packages that have a newer version there, use --proposed without a list',
    misuse: true,
  });
}

/** `--kernel ga,hwe` */
export function wordsOf(lists: readonly string[]): string[] {
  return lists
    .flatMap((list) => list.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function kernelsFrom({
  kernel,
  optionalKernel,
}: RequestOptions): Pick<BuildRequest, 'kernels'> | Record<string, never> {
  if (kernel === undefined && optionalKernel === undefined) return {};
  return { kernels: { required: wordsOf([kernel ?? '']), optional: wordsOf([optionalKernel ?? '']) } };
}
