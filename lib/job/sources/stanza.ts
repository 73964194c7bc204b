import type { Paragraph } from './deb822';
import { booleanOf, optionsOf, type SourceOptions } from './source-options';

/** A suite or a component: `noble-updates`, `./`, `main`. */
export const repositoryWord = /^[\w.+/-]+$/;

/** A stanza of sources.list(5), as far as packages come from it. */
export interface Stanza {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Armoured public keys, as they stood in Signed-By; not none. */
  readonly keys: readonly string[];
  /** Whether a build of this architecture takes packages from it. */
  readonly architectures: Architectures;
  /** Fields that apt is to be told, too. */
  readonly options: SourceOptions;
  /** Fields that apt knows no more than we do: nothing comes of them. */
  readonly unknown: readonly string[];
}

/** What Architectures and its relatives say. */
export interface Architectures {
  /** @default - every one */
  readonly only?: readonly string[];
  readonly more: readonly string[];
  readonly without: readonly string[];
}

/** @param architecture dpkg's word */
export function isFor(
  { architectures: { only, more, without } }: Pick<Stanza, 'architectures'>,
  architecture: string,
): boolean {
  const taken = only === undefined || [...only, ...more].includes(architecture);
  return taken && !without.includes(architecture);
}

/** Why nothing comes from a stanza, which is as right as any other; undefined where packages do. */
export function whyUnused({ fields }: Paragraph): string | undefined {
  if (booleanOf(fields.get('enabled') ?? '') === false) return `is switched off (Enabled: ${fields.get('enabled')})`;
  const types = typesOf(fields);
  const isSource = types.length > 0 && types.every((type) => type === 'deb-src');
  return isSource ? 'has the Types deb-src, but packages come from deb' : undefined;
}

/** What is neither deb nor deb-src: apt refuses it also where it is switched off. */
export function foreignType({ fields }: Paragraph): string | undefined {
  const types = typesOf(fields);
  const isForeign = types.length === 0 || types.some((type) => !['deb', 'deb-src'].includes(type));
  return isForeign ? `has the Types ${types.join(' ')}, but packages come from deb` : undefined;
}

const typesOf = (fields: Paragraph['fields']) => wordsOf(fields.get('types') ?? 'deb');

/** @throws by `refuse`, which is told what is wrong with the stanza */
export function stanzaOf({ fields, odd }: Paragraph, refuse: (why: string) => never): Stanza {
  if (odd !== undefined) refuse(`has the line ${JSON.stringify(odd)}, which is no field of a stanza`);
  const required = (name: string) => {
    const words = wordsOf(fields.get(name.toLowerCase()) ?? '');
    return words.length > 0 ? words : refuse(`has no ${name}`);
  };
  const uris = required('URIs');
  const suites = required('Suites');
  const components = suites.every(isFolder) ? noComponents(fields, refuse) : required('Components');
  if (suites.some(isFolder) && components.length > 0)
    refuse('has Components, but a folder in its Suites, which has none');
  const foreign = uris.find((uri) => !/^https?:\/\/[^\s"'\\]+$/.test(uri));
  if (foreign !== undefined) refuse(`has the URI ${foreign}, which is no http or https address`);
  const odds = [...suites, ...components].find((word) => !repositoryWord.test(word));
  if (odds !== undefined) refuse(`has the word ${odds} as suite or component`);
  return {
    ...{ uris, suites, components },
    keys: keysOf(fields.get('signed-by') ?? '', refuse),
    architectures: architecturesOf(fields),
    ...optionsOf(fields, refuse),
  };
}

/** A suite that ends with a slash is the very folder, which has no components (sources.list(5)). */
const isFolder = (suite: string) => suite.endsWith('/');

function noComponents(fields: Paragraph['fields'], refuse: (why: string) => never): string[] {
  return wordsOf(fields.get('components') ?? '').length > 0
    ? refuse('has Components, but its Suites are folders, which have none')
    : [];
}

function wordsOf(value: string): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}

/** apt splits these at commas, too. */
function architecturesOf(fields: Paragraph['fields']): Architectures {
  const words = (name: string) => (fields.get(name) ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const only = words('architectures');
  return {
    ...(only.length > 0 && { only }),
    more: words('architectures-add'),
    without: words('architectures-remove'),
  };
}

const [keyBegins, keyEnds] = ['-----BEGIN PGP PUBLIC KEY BLOCK-----', '-----END PGP PUBLIC KEY BLOCK-----'];

/** Of one key block or several, and nothing else. */
function keysOf(value: string, refuse: (why: string) => never): string[] {
  const keys: string[][] = [];
  let open = false;
  for (const line of value.trim().split('\n')) {
    if (!open && line === '') continue;
    if (!open && line !== keyBegins) return refuse(noKey(value));
    if (!open) keys.push([]);
    keys.at(-1)?.push(line);
    open = line !== keyEnds;
  }
  return open || keys.length === 0 ? refuse(noKey(value)) : keys.map((lines) => `${lines.join('\n')}\n`);
}

function noKey(value: string): string {
  return value.trim() === ''
    ? 'has no Signed-By with its key'
    : `has a Signed-By that is no key: ${JSON.stringify(value.trim().slice(0, 60))}`;
}
