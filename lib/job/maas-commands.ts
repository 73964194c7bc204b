/** A path on region controllers that the MAAS snap can read. */
const keyringFile = '/var/snap/maas/common/maas-mirror.gpg';

/**
 * The command that installs the keyring on a region controller; the file stays unchanged if the download fails.
 * @param mirror its address, without a trailing slash
 */
export function takeKeyringCommand(mirror: string): string {
  return `sudo curl --fail -o ${keyringFile} ${mirror}/keyring.gpg`;
}

/**
 * The command that makes a view the source of a MAAS, once the keyring is installed; `ID` is the number of the source that it
 * has. MAAS keeps its images until those of the view are complete, unless a version of both has the same name (docs/maas.md,
 * "What MAAS does with a change").
 */
export function changeSourceCommand(mirror: string, view: string): string {
  return `maas admin boot-source update ID url=${mirror}/${view}/ keyring_filename=${keyringFile}`;
}

/** What to do with the command of {@link changeSourceCommand}. */
export const changeSource =
  'Then change the boot source that MAAS already has (`maas admin boot-sources read` shows its ID; docs/maas.md describes how to avoid an outage):';

/** The command that adds a view as a second source; what both sources offer is deleted before it is downloaded again. */
export function addSourceCommand(mirror: string, view: string): string {
  return `maas admin boot-sources create url=${mirror}/${view}/ keyring_filename=${keyringFile}`;
}

/** The address of a mirror with passwords, with placeholders; `SITE` as in `maas-mirror access add SITE`. */
export function withPlaceForPassword(mirror: string): string {
  return mirror.replace('://', '://SITE:PASSWORD@');
}
