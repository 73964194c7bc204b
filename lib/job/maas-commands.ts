/** A path on region controllers that the MAAS snap can read. */
const keyringFile = '/var/snap/maas/common/maas-mirror.gpg';

/**
 * The command that installs the keyring on a region controller; the file stays unchanged if the download fails.
 * @param mirror its address, without a trailing slash
 */
export function takeKeyringCommand(mirror: string): string {
  return `sudo curl --fail -o ${keyringFile} ${mirror}/keyring.gpg`;
}

/** The command that adds a view to MAAS, once the keyring is installed. */
export function addSourceCommand(mirror: string, view: string): string {
  return `maas admin boot-sources create url=${mirror}/${view}/ keyring_filename=${keyringFile}`;
}

/** The address of a mirror with passwords, with placeholders; `SITE` as in `maas-mirror access add SITE`. */
export function withPlaceForPassword(mirror: string): string {
  return mirror.replace('://', '://SITE:PASSWORD@');
}
