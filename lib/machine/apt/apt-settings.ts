import { forgetAptSettings } from '../image-settings/forget-settings';
import { inside } from '../tree/inside/inside';
import { type Repository, stanzaOf } from './apt';

/** Path in an image; apt reads it after the packages' settings. The image's own settings have been removed. */
export const aptSettingsFile = 'etc/apt/apt.conf.d/zzz-maas-mirror';

const ownSettings = [
  'Acquire::Languages "none";',
  'APT::Install-Recommends "false";',
  'Acquire::Retries "3";',
  // Up to bionic, apt-get by default only warns about an unsigned archive.
  ...['Acquire', 'Binary::apt-get::Acquire'].map((scope) => `${scope}::AllowInsecureRepositories "false";`),
  // These hooks inspect a running system (command-not-found, update-notifier, needrestart, pro-client, snapd) and store
  // the results. debconf's hook asks questions that nothing here can answer.
  ...['APT::Update', 'DPkg'].flatMap((when) => ['Pre-Invoke', 'Post-Invoke'].map((hook) => `#clear ${when}::${hook};`)),
  ...['Success', 'Stats'].map((name) => `#clear APT::Update::Post-Invoke-${name};`),
  ...['DPkg::Pre-Install-Pkgs', 'AptCli::Hooks', 'Binary::apt::AptCli::Hooks'].map((name) => `#clear ${name};`),
];

export interface AptSettingsOptions {
  /** Whether the image's own pins (preferences, preferences.d) apply. @default false */
  readonly imagePins?: boolean;
}

/**
 * Replaces an image's own apt settings with those of this build. If repositories are given, they replace its sources.
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
