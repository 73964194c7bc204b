/**
 * How MAAS is told of a view, for people to copy.
 * @param options.bootloaders whether the view brings them
 * @param options.address of the mirror, without a slash at its end @default - it is not served yet
 */
export function maasCommands(
  view: string,
  { bootloaders, address }: { readonly bootloaders: boolean; readonly address?: string },
): string[] {
  const mirror = address ?? 'http://MIRROR';
  return [
    '',
    address === undefined
      ? 'To use it in MAAS, serve this mirror, and on every region controller:'
      : 'To use it in MAAS, on every region controller:',
    `  sudo curl -o /var/snap/maas/common/maas-mirror.gpg ${mirror}/keyring.gpg`,
    `  maas admin boot-sources create url=${mirror}/${view}/ keyring_filename=/var/snap/maas/common/maas-mirror.gpg`,
    bootloaders
      ? 'It holds bootloaders, so images.maas.io can go: of two sources with bootloaders, one overwrites the other.'
      : 'Keep images.maas.io as a source: this mirror holds no bootloaders.',
  ];
}
