/* bin/request: a build request, read from options and mirror.yaml. */

import { dirname, resolve } from 'node:path';
import { architectures } from '../../lib/catalog/architectures';
import { architecturesOf, checkArchitecture } from '../../lib/catalog/kernels';
import { seriesOf } from '../../lib/catalog/names';
import { releaseOf } from '../../lib/catalog/releases';
import { MirrorError } from '../../lib/errors';
import { BuildRequest } from '../../lib/job/build-request';
import { checked } from '../../lib/job/checked';
import { bootloadersFor, parseConfig, requestsOf } from '../../lib/job/config';
import { bootloadersRequest } from '../../lib/job/job';
import { planOf } from '../../lib/job/plan';
import { isDescribed, releaseFor } from '../../lib/job/releases/release-for';
import { imageFrom, wordsOf } from './image-from';
import { buildHelp, dashed, optionOf } from './option-of';
import type { RequestOptions } from './request-options';
import { readFile, readKeyring, readText, sourcesFrom } from './sources-from';

/**
 * The build requests that arguments and options describe. What cannot be built is refused here, before anything is installed
 * or started. A release that only a stream may know is looked up later, by `describedRequest`.
 * @param machine output of `uname -m`
 * @throws UnknownRelease, UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse)
 */
export function requestsFrom(words: readonly string[], options: RequestOptions, machine: string): BuildRequest[] {
  const releases = wordsOf(words).map(seriesOf);
  const requests =
    options.config === undefined ? named(releases, options, machine) : configured(releases, options, machine);
  for (const request of requests)
    if (request.release === bootloadersRequest || isDescribed(request)) planOf(request, 'check');
  return requests;
}

function named(releases: readonly string[], options: RequestOptions, machine: string): BuildRequest[] {
  if (releases.length === 0) {
    throw new MirrorError('BadInput', 'no release given', {
      hint: 'name releases, such as noble jammy, or use --config mirror.yaml. A release directly after --proposed is read as a package: write --proposed=LIST',
      misuse: true,
    });
  }
  refuseForLoaders(releases, options);
  const requests = releases.map((release) => requestOf(release, options, machine));
  const withLoaders = options.bootloaders !== false && !releases.includes(bootloadersRequest);
  return withLoaders ? [...requests, ...bootloadersFor(requests)] : requests;
}

/** Refuses options of images if no image is requested. */
function refuseForLoaders(releases: readonly string[], options: RequestOptions): void {
  if (releases.some((release) => release !== bootloadersRequest)) return;
  const given = imageWords.find((name) => options[name] !== undefined && options[name] !== '');
  if (given === undefined) return;
  throw new MirrorError('BadInput', `--${dashed(given)} cannot be used for bootloaders alone`, {
    hint: 'bootloaders are the same for all images; they take --view, --archive, --ports, --snapshot, --proxy, --ca and --rebuild',
    misuse: true,
  });
}

const imageWords = [
  ...([
    'arch',
    'kernel',
    'optionalKernel',
    'ppa',
    'repository',
    'credentials',
    'proposed',
    'package',
    'purge',
  ] as const),
  ...(['bootTimeout', 'compression', 'serial', 'stream', 'streamKeyring', 'ppas', 'launchpad', 'base'] as const),
] as const;

function requestOf(release: string, options: RequestOptions, machine: string): BuildRequest {
  const common = { release, ...settingsFrom(options), sources: sourcesFrom(options) };
  if (release === bootloadersRequest)
    return checked(BuildRequest, { ...common, ...viewFrom(options) }, { optionOf }, buildHelp);
  if (!/^(?:[a-z]+|\d\d\.\d\d)$/.test(seriesOf(release))) releaseOf(release); // no stream has such names
  const wanted =
    options.arch === undefined ? [ownArchitecture({ release: seriesOf(release) }, machine)] : wordsOf([options.arch]);
  const request = { ...common, ...viewFrom(options), architectures: wanted, ...imageFrom(options) };
  return checked(BuildRequest, request, { optionOf }, buildHelp);
}

const imageOptions = [
  ...imageWords,
  ...(['archive', 'ports', 'archiveKeyring', 'snapshot', 'proxy', 'ca'] as const),
] as const;

function configured(releases: readonly string[], options: RequestOptions, machine: string): BuildRequest[] {
  const { config: file = '', view, rebuild = false } = options;
  const given = imageOptions.filter((name) => options[name] !== undefined).map(dashed);
  const waived = (['bootTest', 'bootloaders'] as const).filter((name) => options[name] === false);
  const [beside] = [...given, ...waived.map((name) => `no-${dashed(name)}`)];
  if (beside !== undefined) {
    throw new MirrorError('BadInput', `--${beside} cannot be used with --config ${file}`, {
      hint: 'set it in the configuration file; only --view, --rebuild and names of releases can be used with it',
      misuse: true,
    });
  }
  return requestsOf(parseConfig(readText(file, '--config'), file), {
    view,
    releases,
    rebuild,
    ownArchitecture: (request) => ownArchitecture(request, machine),
    read: (path) => readFile(resolve(dirname(file), path), file),
    keyring: (path) => readKeyring(resolve(dirname(file), path), file),
  });
}

function settingsFrom({ rebuild = false }: RequestOptions): Pick<BuildRequest, 'rebuild'> {
  return { rebuild };
}

function viewFrom({ view }: RequestOptions): { view?: string } {
  return view === undefined ? {} : { view };
}

/** @param machine output of `uname -m` */
function ownArchitecture(request: Pick<BuildRequest, 'release' | 'about'>, machine: string): string {
  const own = architectures.find((one) => one.machine === machine)?.name;
  if (own !== undefined && (!isDescribed(request) || architecturesOf(releaseFor(request)).includes(own))) return own;
  checkArchitecture(releaseFor(request), own ?? machine);
  return own ?? machine;
}
