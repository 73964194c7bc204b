/** What a user types for each field of a build request, other than `--<field>`. */
const options: Readonly<Record<string, string>> = {
  release: 'release',
  architectures: '--arch',
  'kernels.required': '--kernel',
  'kernels.optional': '--optional-kernel',
  'customise.packages': '--package',
  'sources.streamKeyringData': '--stream-keyring',
  'sources.archiveKeyringData': '--archive-keyring',
  'sources.caData': '--ca',
};

/**
 * Names the option of a field in messages: `--arch` for `architectures.0`.
 * @param seen its value, as JSON @default - not a PPA
 */
export function optionOf(field: string, seen = ''): string {
  if (field.endsWith('.credentials')) return '--credentials';
  if (field.startsWith('customise.repositories')) return seen.startsWith('"ppa:') ? '--ppa' : '--repository';
  const name = field.replace(/\.\d+$/, '');
  return options[name] ?? `--${dashed(name.replace(/^(?:customise|sources)\./, ''))}`;
}

/** `--boot-timeout` of `bootTimeout`, without the dashes at its beginning. */
export function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

export const buildHelp = 'run `maas-mirror build --help` for usage';
