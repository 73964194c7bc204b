/** Where snaps of MAAS look for it, on every region controller. */
const keyringFile = '/var/snap/maas/common/maas-mirror.gpg';

/**
 * What brings the keyring to a region controller, and leaves the file as it was where the mirror does not give it.
 * @param mirror its address, without a slash at its end
 */
export function takeKeyringCommand(mirror: string): string {
  return `sudo curl --fail -o ${keyringFile} ${mirror}/keyring.gpg`;
}

/** What tells MAAS of a view, once the keyring is there. */
export function addSourceCommand(mirror: string, view: string): string {
  return `maas admin boot-sources create url=${mirror}/${view}/ keyring_filename=${keyringFile}`;
}

/**
 * The address of a mirror that asks for passwords, with a place for them that people see. `SITE` is the word that
 * `maas-mirror access add SITE` takes.
 */
export function withPlaceForPassword(mirror: string): string {
  return mirror.replace('://', '://SITE:PASSWORD@');
}
