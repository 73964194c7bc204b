import { releaseOf } from '../catalog/releases';

/** A release that images are built of. */
export class Release {
  /** The series in one word: `noble`. */
  readonly name: string;

  protected constructor(name: string) {
    this.name = releaseOf(name).name;
  }
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
   * Any other release of the catalogue.
   * @param name its series in one word: `questing`
   */
  static of(name: string): UbuntuRelease {
    return new UbuntuRelease(name);
  }
}

/** A release of Debian. MAAS cannot commission with it; it proves that a deployment builds. */
export class DebianRelease extends Release {
  /** 12 */
  static readonly BOOKWORM = new DebianRelease('bookworm');

  /** @param name its series in one word */
  static of(name: string): DebianRelease {
    return new DebianRelease(name);
  }
}
