/** Where snaps of MAAS look for it, on every region controller. */
const keyringFile = '/var/snap/maas/common/maas-mirror.gpg';

/** What brings the keyring to a region controller. @param mirror its address, without a slash at its end */
export function takeKeyringCommand(mirror: string): string {
  return `sudo curl -o ${keyringFile} ${mirror}/keyring.gpg`;
}

/** What tells MAAS of a view, once the keyring is there. */
export function addSourceCommand(mirror: string, view: string): string {
  return `maas admin boot-sources create url=${mirror}/${view}/ keyring_filename=${keyringFile}`;
}
