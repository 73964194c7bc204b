import { ambiguousRule, isAmbiguous, shownAddress, shownText } from '../../given-address';
import type { Paragraph } from './deb822';
import { booleanOf, optionsOf, type SourceOptions } from './source-options';
import { isUrl, isWebAddress } from './web-address';

/** A suite or a component: `noble-updates`, `./`, `main`. */
export const repositoryWord = /^[\w.+/-]+$/;

/** A stanza of sources.list(5) that provides packages. */
export interface Stanza {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Armoured public keys from Signed-By; at least one. */
  readonly keys: readonly string[];
  /** Decides whether a build of an architecture uses it. */
  readonly architectures: Architectures;
  /** Fields to pass on to apt. */
  readonly options: SourceOptions;
  /** Fields that neither apt nor we know; they have no effect. */
  readonly unknown: readonly string[];
}

/** The fields Architectures, Architectures-Add and Architectures-Remove. */
export interface Architectures {
  /** @default - all */
  readonly only?: readonly string[];
  readonly more: readonly string[];
  readonly without: readonly string[];
}

/** @param architecture dpkg's name: `amd64` */
export function isFor(
  { architectures: { only, more, without } }: Pick<Stanza, 'architectures'>,
  architecture: string,
): boolean {
  const taken = only === undefined || [...only, ...more].includes(architecture);
  return taken && !without.includes(architecture);
}

/** Why a valid stanza provides no packages; undefined where it does. */
export function whyUnused({ fields }: Paragraph): string | undefined {
  if (booleanOf(fields.get('enabled') ?? '') === false) return `is disabled (Enabled: ${fields.get('enabled')})`;
  const types = typesOf(fields);
  const isSource = types.length > 0 && types.every((type) => type === 'deb-src');
  return isSource ? 'has Types: deb-src, but only deb provides packages' : undefined;
}

/** A type other than deb and deb-src: apt refuses it even in a disabled stanza. */
export function foreignType({ fields }: Paragraph): string | undefined {
  const types = typesOf(fields);
  const isForeign = types.length === 0 || types.some((type) => !['deb', 'deb-src'].includes(type));
  return isForeign ? `has Types: ${shownText(types.join(' '))}, but only deb provides packages` : undefined;
}

const typesOf = (fields: Paragraph['fields']) => wordsOf(fields.get('types') ?? 'deb');

/** @param refuse throws, given what is wrong with the stanza */
export function stanzaOf({ fields, odd }: Paragraph, refuse: (why: string) => never): Stanza {
  if (odd !== undefined) refuse(`has the line ${JSON.stringify(shownAddress(odd))}, which is not a field`);
  const required = (name: string) => {
    const words = wordsOf(fields.get(name.toLowerCase()) ?? '');
    return words.length > 0 ? words : refuse(`has no ${name}`);
  };
  const uris = required('URIs');
  const suites = required('Suites');
  const components = suites.every(isFolder) ? noComponents(fields, refuse) : required('Components');
  if (suites.some(isFolder) && components.length > 0)
    refuse('has Components, which cannot be combined with a path in Suites (a word ending in /)');
  const foreign = uris.find((uri) => !isWebAddress(uri));
  if (foreign !== undefined) {
    const rule = isUrl(foreign) && isAmbiguous(foreign) ? ambiguousRule : 'is not an http or https URL';
    // A space in a password splits its address into several.
    const rest = uris.slice(uris.indexOf(foreign)).join(' ');
    refuse(`has the URI ${rest.includes('@') ? shownAddress(rest) : foreign}, which ${rule}`);
  }
  const odds = [...suites, ...components].find((word) => !repositoryWord.test(word));
  if (odds !== undefined) refuse(`has ${shownText(odds)} in Suites or Components, which is not a valid name`);
  return {
    ...{ uris, suites, components },
    keys: keysOf(fields.get('signed-by') ?? '', refuse),
    architectures: architecturesOf(fields),
    ...optionsOf(fields, refuse),
  };
}

/** A suite that ends with a slash is an exact path, without components (sources.list(5)). */
const isFolder = (suite: string) => suite.endsWith('/');

function noComponents(fields: Paragraph['fields'], refuse: (why: string) => never): string[] {
  return wordsOf(fields.get('components') ?? '').length > 0
    ? refuse('has Components, which cannot be combined with a path in Suites (a word ending in /)')
    : [];
}

function wordsOf(value: string): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}

/** apt also splits these at commas. */
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

/** The value must be one or more key blocks and nothing else. */
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
    ? 'has no key in Signed-By'
    : `has a Signed-By that is not an armoured key: ${JSON.stringify(shownText(value.trim()).slice(0, 60))}`;
}
