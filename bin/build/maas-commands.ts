import { addSourceCommand, takeKeyringCommand, withPlaceForPassword } from '../../lib/job/maas-commands';

export interface MaasCommandsOptions {
  /** Whether the view has bootloaders. */
  readonly bootloaders: boolean;
  /** Address of the mirror, without a trailing slash. @default - it is not served yet */
  readonly address?: string;
  /** The stack whose mirror requires a password. @default - no password is required */
  readonly passwordsOf?: string;
}

/** The commands that add a view to MAAS, to be copied. */
export function maasCommands(view: string, { bootloaders, address, passwordsOf }: MaasCommandsOptions): string[] {
  const plain = address ?? 'http://MIRROR';
  const mirror = passwordsOf === undefined ? plain : withPlaceForPassword(plain);
  return [
    '',
    address === undefined
      ? 'To use it in MAAS, serve this mirror and install its keyring on every region controller:'
      : 'To use it in MAAS, install the keyring on every region controller:',
    `  ${takeKeyringCommand(mirror)}`,
    'Then add the view as a source:',
    `  ${addSourceCommand(mirror, view)}`,
    ...(passwordsOf === undefined
      ? []
      : [
          `The mirror requires a password: run maas-mirror access add SITE --stack ${passwordsOf}, which prints these commands with it.`,
        ]),
    bootloaders
      ? 'The view has bootloaders, so you can remove images.maas.io as a source: of two sources with bootloaders, one overwrites the other.'
      : 'Keep images.maas.io as a source: this view has no bootloaders.',
  ];
}
