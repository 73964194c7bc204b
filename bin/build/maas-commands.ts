import {
  addSourceCommand,
  changeSource,
  changeSourceCommand,
  takeKeyringCommand,
  withPlaceForPassword,
} from '../../lib/job/maas-commands';

export interface MaasCommandsOptions {
  /** Whether the view has bootloaders. */
  readonly bootloaders: boolean;
  /** Address of the mirror, without a trailing slash. @default - it is not served yet */
  readonly address?: string;
  /** The stack whose mirror requires a password. @default - no password is required */
  readonly passwordsOf?: string;
}

const addSource =
  'This view has no bootloaders, so keep images.maas.io. Add the view as a second source, and select in it what is not selected in the other:';

/** The commands that make MAAS use a view, to be copied. */
export function maasCommands(view: string, { bootloaders, address, passwordsOf }: MaasCommandsOptions): string[] {
  const plain = address ?? 'http://MIRROR';
  const mirror = passwordsOf === undefined ? plain : withPlaceForPassword(plain);
  return [
    '',
    address === undefined
      ? 'To use it in MAAS, serve this mirror and install its keyring on every region controller:'
      : 'To use it in MAAS, install the keyring on every region controller:',
    `  ${takeKeyringCommand(mirror)}`,
    ...(bootloaders
      ? [changeSource, `  ${changeSourceCommand(mirror, view)}`]
      : [addSource, `  ${addSourceCommand(mirror, view)}`]),
    ...(passwordsOf === undefined
      ? []
      : [
          `The mirror requires a password: run maas-mirror access add SITE --stack ${passwordsOf}, which prints these commands with it.`,
        ]),
  ];
}
