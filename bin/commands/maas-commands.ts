/**
 * How MAAS is told of a view, for people to copy.
 * @param options.bootloaders whether the view brings them
 */
export function maasCommands(view: string, { bootloaders }: { readonly bootloaders: boolean }): string[] {
  return [
    '',
    'To use it in MAAS, serve this mirror, and on every region controller:',
    '  sudo curl -o /var/snap/maas/common/maas-mirror.gpg http://MIRROR/keyring.gpg',
    `  maas admin boot-sources create url=http://MIRROR/${view}/ keyring_filename=/var/snap/maas/common/maas-mirror.gpg`,
    bootloaders
      ? 'It holds bootloaders, so images.maas.io can go: of two sources with bootloaders, one overwrites the other.'
      : 'Keep images.maas.io as a source: this mirror holds no bootloaders.',
  ];
}
