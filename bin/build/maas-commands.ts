import { addSourceCommand, takeKeyringCommand, withPlaceForPassword } from '../../lib/job/maas-commands';

export interface MaasCommandsOptions {
  /** Whether the view brings bootloaders. */
  readonly bootloaders: boolean;
  /** Of the mirror, without a slash at its end. @default - it is not served yet */
  readonly address?: string;
  /** The stack whose mirror asks for passwords. @default - the mirror asks for none */
  readonly passwordsOf?: string;
}

/** How MAAS is told of a view, for people to copy. */
export function maasCommands(view: string, { bootloaders, address, passwordsOf }: MaasCommandsOptions): string[] {
  const plain = address ?? 'http://MIRROR';
  const mirror = passwordsOf === undefined ? plain : withPlaceForPassword(plain);
  return [
    '',
    address === undefined
      ? 'To use it in MAAS, serve this mirror, and on every region controller:'
      : 'To use it in MAAS, on every region controller:',
    `  ${takeKeyringCommand(mirror)}`,
    `  ${addSourceCommand(mirror, view)}`,
    ...(passwordsOf === undefined
      ? []
      : [
          `It asks for passwords: maas-mirror access add SITE --stack ${passwordsOf} makes one, and prints these whole.`,
        ]),
    bootloaders
      ? 'It holds bootloaders, so images.maas.io can go: of two sources with bootloaders, one overwrites the other.'
      : 'Keep images.maas.io as a source: this mirror holds no bootloaders.',
  ];
}
