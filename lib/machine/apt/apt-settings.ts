import { forgetAptSettings } from '../image-settings/forget-settings';
import { inside } from '../tree/inside/inside';
import { type Repository, stanzaOf } from './apt';

/** Inside an image; read after all that packages of the image say. What the image says of its own is out of the way. */
export const aptSettingsFile = 'etc/apt/apt.conf.d/zzz-maas-mirror';

const ownSettings = [
  'Acquire::Languages "none";',
  'APT::Install-Recommends "false";',
  'Acquire::Retries "3";',
  // Up to bionic, apt-get by itself only warns of an archive that nobody has signed.
  ...['Acquire', 'Binary::apt-get::Acquire'].map((scope) => `${scope}::AllowInsecureRepositories "false";`),
  // They look around on a running system (command-not-found, update-notifier, needrestart, pro-client, snapd) and leave
  // what they found. debconf's own asks questions, which have no answer here.
  ...['APT::Update', 'DPkg'].flatMap((when) => ['Pre-Invoke', 'Post-Invoke'].map((hook) => `#clear ${when}::${hook};`)),
  ...['Success', 'Stats'].map((name) => `#clear APT::Update::Post-Invoke-${name};`),
  ...['DPkg::Pre-Install-Pkgs', 'AptCli::Hooks', 'Binary::apt::AptCli::Hooks'].map((name) => `#clear ${name};`),
];

export interface AptSettingsOptions {
  /** Whether what the image itself prefers (preferences, preferences.d) counts. @default false */
  readonly imagePins?: boolean;
}

/**
 * Puts this build's apt settings into an image, in place of those that the image has of its own; repositories given replace
 * its sources.
 */
export async function configureApt(
  root: string,
  repositories: readonly Repository[],
  options: readonly string[],
  { imagePins = false }: AptSettingsOptions = {},
): Promise<void> {
  const tree = inside(root);
  await forgetAptSettings(root, { pins: !imagePins });
  tree.write(aptSettingsFile, `${[...options, ...ownSettings].join('\n')}\n`);
  if (repositories.length === 0) return;

  await tree.remove('etc/apt/sources.list');
  await tree.remove('etc/apt/sources.list.d');
  const stanzas: string[] = [];
  for (const [index, repository] of repositories.entries()) {
    const keyring = `usr/share/keyrings/maas-mirror-${index}.gpg`;
    if (repository.keyring !== undefined) await tree.copyIn(repository.keyring, keyring, 0o644);
    stanzas.push(stanzaOf(repository, repository.keyring === undefined ? repository.signedBy : `/${keyring}`));
  }
  tree.write('etc/apt/sources.list.d/maas-mirror.sources', stanzas.join('\n'));
}
