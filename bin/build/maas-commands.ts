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
  /** The mirror: its URL, without a trailing slash, or the folder to serve. */
  readonly mirror: { readonly url: string } | { readonly folder: string };
  /** The stack whose mirror requires a password. @default - no password is required */
  readonly passwordsOf?: string;
}

const addSource =
  'This view has no bootloaders, so keep images.maas.io. Add the view as a second source, and select in it what is not selected in the other:';

/** The commands that make MAAS use a view, to be copied. */
export function maasCommands(view: string, { bootloaders, mirror, passwordsOf }: MaasCommandsOptions): string[] {
  const plain = 'url' in mirror ? mirror.url : 'http://MIRROR:8080';
  const url = passwordsOf === undefined ? plain : withPlaceForPassword(plain);
  return [
    '',
    'url' in mirror
      ? 'To use it in MAAS, install the keyring on every region controller:'
      : `To use it in MAAS, serve this mirror (maas-mirror serve ${mirror.folder} --listen 0.0.0.0:8080), and install its keyring on every region controller (MIRROR is the address of this machine):`,
    `  ${takeKeyringCommand(url)}`,
    ...(bootloaders
      ? [changeSource, `  ${changeSourceCommand(url, view)}`]
      : [addSource, `  ${addSourceCommand(url, view)}`]),
    ...(passwordsOf === undefined
      ? []
      : [
          `The mirror requires a password: run maas-mirror access add SITE --stack ${passwordsOf}, which prints the URL with its password.`,
        ]),
  ];
}
