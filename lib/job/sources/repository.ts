import { MirrorError, withoutPasswords } from '../../errors';
import { shownAddress } from '../../given-address';
import { type Paragraph, paragraphsOf } from './deb822';
import { foreignType, type Stanza, stanzaOf, whyUnused } from './stanza';

/** A personal package archive on Launchpad: `ppa:owner/name`. */
export interface Ppa {
  readonly kind: 'ppa';
  readonly owner: string;
  readonly name: string;
}

/** Other apt repositories, as deb822 stanzas. */
export interface OtherRepository {
  readonly kind: 'stanzas';
  /** The enabled stanzas of type deb; at least one. */
  readonly stanzas: readonly Stanza[];
}

/**
 * Parses a repository of a request: `ppa:owner/name`, or deb822 stanzas with their keys in Signed-By. Stanzas are read as apt
 * reads them: disabled ones are ignored. A field that changes what apt does is kept, or refused.
 * @throws BadInput (misuse) naming the wrong field, or if every stanza is disabled
 */
export function parseRepository(text: string): Ppa | OtherRepository {
  const [, owner, name] = /^ppa:([a-z0-9][a-z0-9+.-]*)\/([a-z0-9][a-z0-9+.-]*)$/.exec(text.trim()) ?? [];
  if (owner !== undefined && name !== undefined) return { kind: 'ppa', owner, name };
  if (text.startsWith('ppa:')) throw refused(text, 'is not of the form ppa:owner/name');
  if (!text.includes('\n')) throw refused(text, 'is neither ppa:owner/name nor a deb822 stanza');
  return { kind: 'stanzas', stanzas: usedIn(text).map((one) => stanzaOf(one, (why) => refuse(one.text, why))) };
}

/**
 * The stanzas of a file, one text each, so that each can have its own credentials. If no packages come from any of them,
 * the whole text: parseRepository then reports why.
 */
export function stanzasIn(text: string): string[] {
  const all = paragraphsOf(text);
  const used = all.filter((one) => whyUnused(one) === undefined);
  return used.length === 0 || all.some(foreignType) ? [text] : used.map((one) => one.text);
}

function usedIn(text: string): Paragraph[] {
  const all = paragraphsOf(text);
  for (const one of all) {
    const type = foreignType(one);
    if (type !== undefined) throw refused(one.text, type);
  }
  const used = all.filter((one) => whyUnused(one) === undefined);
  if (used.length > 0) return used;
  const [first] = all;
  throw first === undefined
    ? refused(text, 'has no stanza')
    : refused(first.text, whyUnused(first) ?? '', 'remove the repository, or correct its stanza');
}

function refuse(text: string, why: string): never {
  throw refused(text, why);
}

const howWritten =
  'write ppa:owner/name, or a deb822 stanza (URIs, Suites, Components) with the armoured key itself in Signed-By';

function refused(text: string, why: string, hint = howWritten): MirrorError {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const first =
    lines.find((line) => /^URIs:/i.test(line)) ?? lines.find((line) => line !== '' && !line.startsWith('#'));
  return new MirrorError(
    'BadInput',
    `the repository ${JSON.stringify(shownAddress(first ?? lines[0] ?? ''))} ${withoutPasswords(why)}`,
    { hint, misuse: true },
  );
}
