import { addSourceCommand, takeKeyringCommand } from '../../lib/job/maas-commands';

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
    `  ${takeKeyringCommand(mirror)}`,
    `  ${addSourceCommand(mirror, view)}`,
    bootloaders
      ? 'It holds bootloaders, so images.maas.io can go: of two sources with bootloaders, one overwrites the other.'
      : 'Keep images.maas.io as a source: this mirror holds no bootloaders.',
  ];
}
