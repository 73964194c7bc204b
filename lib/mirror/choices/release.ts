/* mirror/choices: values of props: releases, flavours, schedules, keys. */

import { describedRelease } from '../../catalog/described';
import { seriesOf } from '../../catalog/names';
import { type Release as CatalogueRelease, findRelease, releaseNames, releaseOf } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import { requireKnown } from './known-at-synth';

/** A release that images are built of. */
export class Release {
  /** The series in one word: `noble`. */
  readonly name: string;

  /** `24.04` */
  readonly version?: string;

  protected constructor(name: string, version?: string) {
    requireKnown('releases', name);
    requireKnown('releases', version);
    const release = version === undefined ? releaseOf(seriesOf(name)) : describedRelease(name, { version });
    this.name = release.name;
    this.version = release.version;
  }
}

/** What is to be said of a release that this version of cdk-maas-mirror does not know. */
export interface UbuntuReleaseOptions {
  /**
   * `27.04`. All else follows from it and from the stream of cloud images; `catalogue` of MaasMirror can say more.
   * @default - that of the catalogue
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
   * @param name its series in one word: `questing`; a version, `25.10`, of those that are known
   * @param options the version of a release that is too new to be known
   */
  static of(name: string, options: UbuntuReleaseOptions = {}): UbuntuRelease {
    const known = findRelease(name);
    if (known !== undefined && known.family !== 'ubuntu') throw foreign(known, 'Debian', `DebianRelease.of('${name}')`);
    if (known === undefined && options.version === undefined && /^[a-z]+$/.test(name)) throw unknown(name);
    return new UbuntuRelease(name, options.version);
  }
}

/** A release of Debian. MAAS cannot commission with it; it proves that a deployment builds. */
export class DebianRelease extends Release {
  /** 12 */
  static readonly BOOKWORM = new DebianRelease('bookworm');

  /** @param name its series in one word */
  static of(name: string): DebianRelease {
    const known = findRelease(seriesOf(name));
    if (known?.family === 'ubuntu') throw foreign(known, 'Ubuntu', `UbuntuRelease.of('${known.name}')`);
    return new DebianRelease(name);
  }
}

function foreign({ name }: CatalogueRelease, distribution: string, instead: string): MirrorError {
  return new MirrorError('BadInput', `${name} is a release of ${distribution}`, {
    hint: `name it by ${instead}`,
    misuse: true,
  });
}

/** The stream, which may know it, is not read at synth. */
function unknown(name: string): MirrorError {
  return new MirrorError('UnknownRelease', `no release ${JSON.stringify(name)}; there are ${releaseNames()}`, {
    hint: `give the version of a newer one: UbuntuRelease.of('${name}', { version: '27.04' }), in mirror.yaml \`catalogue\``,
    misuse: true,
  });
}
