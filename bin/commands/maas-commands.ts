/** How MAAS is told of a view, for people to copy. */
export function maasCommands(view: string): string[] {
  return [
    '',
    'To use it in MAAS, serve this mirror, and on every region controller:',
    '  sudo curl -o /var/snap/maas/common/maas-mirror.gpg http://MIRROR/keyring.gpg',
    `  maas admin boot-sources create url=http://MIRROR/${view}/ keyring_filename=/var/snap/maas/common/maas-mirror.gpg`,
    'Keep images.maas.io as a source until this mirror also holds bootloaders.',
  ];
}
