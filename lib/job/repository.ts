import { MirrorError, withoutPasswords } from '../errors';

/** A package archive of Launchpad: `ppa:owner/name`. */
export interface Ppa {
  readonly kind: 'ppa';
  readonly owner: string;
  readonly name: string;
}

/** A suite or a component: `noble-updates`, `./`, `main`. */
export const repositoryWord = /^[\w.+/-]+$/;

/** Any other apt repository, as its deb822 stanza says. */
export interface OtherRepository {
  readonly kind: 'stanza';
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Armoured public key, as it stood in Signed-By. */
  readonly key: string;
}

/**
 * Reads how a repository is written in an order: `ppa:owner/name`, or a deb822 stanza with its key in Signed-By.
 * @throws BadInput (misuse) with the field that is wrong
 */
export function parseRepository(text: string): Ppa | OtherRepository {
  const [, owner, name] = /^ppa:([a-z0-9][a-z0-9+.-]*)\/([a-z0-9][a-z0-9+.-]*)$/.exec(text.trim()) ?? [];
  if (owner !== undefined && name !== undefined) return { kind: 'ppa', owner, name };
  if (text.startsWith('ppa:')) throw refused(text, 'is no ppa:owner/name');
  if (!text.includes('\n')) throw refused(text, 'is neither ppa:owner/name nor a deb822 stanza');
  return stanzaOf(text);
}

function stanzaOf(text: string): OtherRepository {
  const fields = fieldsOf(text);
  const types = wordsOf(fields.get('types') ?? 'deb');
  if (!types.includes('deb')) throw refused(text, `has the Types ${types.join(' ')}, but packages come from deb`);
  const suites = required(fields, 'Suites', text);
  const stanza = {
    kind: 'stanza',
    uris: required(fields, 'URIs', text),
    suites,
    components: componentsOf(fields, suites, text),
    key: keyOf(fields.get('signed-by') ?? '', text),
  } as const;
  const foreign = stanza.uris.find((uri) => !/^https?:\/\/[^\s"'\\]+$/.test(uri));
  if (foreign !== undefined) throw refused(text, `has the URI ${foreign}, which is no http or https address`);
  const odd = [...suites, ...stanza.components].find((word) => !repositoryWord.test(word));
  if (odd !== undefined) throw refused(text, `has the word ${odd} as suite or component`);
  return stanza;
}

/** A suite that ends with a slash is the very folder, which has no components (sources.list(5)). */
function componentsOf(fields: Map<string, string>, suites: readonly string[], text: string): string[] {
  if (!suites.every((suite) => suite.endsWith('/'))) return required(fields, 'Components', text);
  if (fields.has('components')) throw refused(text, 'has Components, but its Suites are folders, which have none');
  return [];
}

/** By lower-case names; lines that go on are joined by line feeds, ` .` being an empty one. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let current = '';
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name, value = ''] = /^([A-Za-z-]+):(.*)$/s.exec(line) ?? [];
    if (name !== undefined) {
      current = name.toLowerCase();
      fields.set(current, value.trim());
    } else if (/^[ \t]/.test(line) && current !== '') {
      const more = line.slice(1).trimEnd();
      fields.set(current, `${fields.get(current)}\n${more === '.' ? '' : more}`);
    } else throw refused(text, `has the line ${JSON.stringify(line)}, which is no field of a stanza`);
  }
  return fields;
}

function required(fields: Map<string, string>, name: string, text: string): string[] {
  const words = wordsOf(fields.get(name.toLowerCase()) ?? '');
  if (words.length > 0) return words;
  throw refused(text, `has no ${name}`);
}

function wordsOf(value: string): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}

function keyOf(value: string, text: string): string {
  const key = value.trim();
  if (/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[\s\S]*\n-----END PGP PUBLIC KEY BLOCK-----$/.test(key))
    return `${key}\n`;
  throw refused(
    text,
    key === ''
      ? 'has no Signed-By with its key'
      : `has a Signed-By that is no key: ${JSON.stringify(key.slice(0, 60))}`,
  );
}

function refused(text: string, why: string): MirrorError {
  const [first = ''] = text.split('\n');
  return new MirrorError(
    'BadInput',
    `the repository ${JSON.stringify(withoutPasswords(first))} ${withoutPasswords(why)}`,
    {
      hint: 'write ppa:owner/name, or a deb822 stanza (URIs, Suites, Components) whose Signed-By holds the armoured key itself',
      misuse: true,
    },
  );
}
