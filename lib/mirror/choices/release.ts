/* mirror/choices: values of props: releases, flavours, schedules, keys. */

import { describedRelease } from '../../catalog/described';
import { seriesOf } from '../../catalog/names';
import { type Release as CatalogueRelease, findRelease, releaseOf, releases } from '../../catalog/releases';
import { atSynth, refused, type SynthError } from '../refusals/synth-error';
import { requireKnown } from './known-at-synth';

/** A release that images are built for. */
export class Release {
  /** The series: `noble`. */
  readonly name: string;

  /** `24.04` */
  readonly version?: string;

  protected constructor(name: string, version?: string) {
    requireKnown(['releases'], name);
    requireKnown(['releases'], version);
    const release = atSynth({ hints: { BadInput: describeHint } }, () =>
      version === undefined ? releaseOf(seriesOf(name)) : describedRelease(name, { version }),
    );
    this.name = release.name;
    this.version = release.version;
  }
}

const describeHint = 'give the series and the version of one release, such as "zany" and "27.04"';

/** Facts about a release that this version of cdk-maas-mirror does not know. */
export interface UbuntuReleaseOptions {
  /**
   * `27.04`. All other facts are derived from it or read from the cloud image stream; `catalogue` of MaasMirror overrides them.
   * @default - the version in the catalogue
   */
  readonly version?: string;
}

/** A release of Ubuntu, by its series. */
export class UbuntuRelease extends Release {
  /** 16.04 LTS */
  static readonly XENIAL = new UbuntuRelease('xenial');
  /** 18.04 LTS */
  static readonly BIONIC = new UbuntuRelease('bionic');
  /** 20.04 LTS */
  static readonly FOCAL = new UbuntuRelease('focal');
  /** 22.04 LTS */
  static readonly JAMMY = new UbuntuRelease('jammy');
  /** 24.04 LTS */
  static readonly NOBLE = new UbuntuRelease('noble');
  /** 26.04 LTS */
  static readonly RESOLUTE = new UbuntuRelease('resolute');

  /**
   * Any other release of Ubuntu.
   * @param name its series: `questing`; or its version, `25.10`, if this package knows the release
   * @param options the version of a release that is newer than this package
   */
  static of(name: string, options: UbuntuReleaseOptions = {}): UbuntuRelease {
    requireKnown(['releases'], name);
    const known = findRelease(seriesOf(name));
    if (known !== undefined && known.family !== 'ubuntu') throw foreign(known, 'Debian', `DebianRelease.of('${name}')`);
    if (known === undefined && options.version === undefined) throw unknown('ubuntu', name, hintFor(name));
    return new UbuntuRelease(name, options.version);
  }
}

/** A release of Debian. MAAS cannot commission machines with it; use it to test that a deployment builds. */
export class DebianRelease extends Release {
  /** 12 */
  static readonly BOOKWORM = new DebianRelease('bookworm');

  /** @param name its series: `bookworm` */
  static of(name: string): DebianRelease {
    requireKnown(['releases'], name);
    const known = findRelease(seriesOf(name));
    if (known?.family === 'ubuntu') throw foreign(known, 'Ubuntu', `UbuntuRelease.of('${known.name}')`);
    if (known === undefined) throw unknown('debian', name, 'use DebianRelease.BOOKWORM');
    return new DebianRelease(name);
  }
}

function foreign({ name }: CatalogueRelease, distribution: string, instead: string): SynthError {
  return refused([], `${name} is a release of ${distribution}`, `use ${instead}`);
}

function unknown(family: CatalogueRelease['family'], name: string, hint: string): SynthError {
  const [title, own] = [
    { ubuntu: 'Ubuntu', debian: 'Debian' }[family],
    releases.filter((one) => one.family === family),
  ];
  const known = own.map((release) => release.name).join(', ');
  const text = `unknown ${title} release ${JSON.stringify(name)}; known releases: ${known}`;
  return refused([], text, hint, 'UnknownRelease');
}

/** The stream, which may have the release, is not read at synth. */
function hintFor(name: string): string {
  if (/^\d\d\.\d\d$/.test(name))
    return `if it is a newer release, add its series: UbuntuRelease.of('SERIES', { version: '${name}' })`;
  return /^[a-z]+$/.test(name)
    ? `if it is a newer release, add its version: UbuntuRelease.of('${name}', { version: '27.04' })`
    : 'use the series or version of a release, such as "noble" or "24.04"';
}
