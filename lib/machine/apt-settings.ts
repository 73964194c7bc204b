import { type Repository, stanzaOf } from './apt';
import { inside } from './tree/inside';

/** Inside an image; read after all that packages of the image say. */
export const aptSettingsFile = 'etc/apt/apt.conf.d/zzz-maas-mirror';

const ownSettings = [
  'Acquire::Languages "none";',
  'APT::Install-Recommends "false";',
  'Acquire::Retries "3";',
  // Up to bionic, apt-get by itself only warns of an archive that nobody has signed.
  ...['Acquire', 'Binary::apt-get::Acquire'].map((scope) => `${scope}::AllowInsecureRepositories "false";`),
  // They look around on a running system (command-not-found, update-notifier, needrestart) and leave what they found.
  ...['APT::Update', 'DPkg'].flatMap((when) => ['Pre-Invoke', 'Post-Invoke'].map((hook) => `#clear ${when}::${hook};`)),
  '#clear APT::Update::Post-Invoke-Success;',
];

/** Puts this build's apt settings into an image; repositories given replace the image's own. */
export async function configureApt(
  root: string,
  repositories: readonly Repository[],
  options: readonly string[],
): Promise<void> {
  const tree = inside(root);
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
