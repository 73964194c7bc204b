import { MirrorError, withoutPasswords } from '../../errors';
import { type Paragraph, paragraphsOf } from './deb822';
import { foreignType, type Stanza, stanzaOf, whyUnused } from './stanza';

/** A package archive of Launchpad: `ppa:owner/name`. */
export interface Ppa {
  readonly kind: 'ppa';
  readonly owner: string;
  readonly name: string;
}

/** Any other apt repositories, as the deb822 stanzas of one text say. */
export interface OtherRepository {
  readonly kind: 'stanzas';
  /** Those that packages come from; not none. */
  readonly stanzas: readonly Stanza[];
}

/**
 * Reads how a repository is written in an order: `ppa:owner/name`, or deb822 stanzas with their keys in Signed-By. They are
 * read as apt reads them: what is switched off is passed over. A field that changes what apt does is kept, or refused.
 * @throws BadInput (misuse) with the field that is wrong, also where all stanzas are switched off
 */
export function parseRepository(text: string): Ppa | OtherRepository {
  const [, owner, name] = /^ppa:([a-z0-9][a-z0-9+.-]*)\/([a-z0-9][a-z0-9+.-]*)$/.exec(text.trim()) ?? [];
  if (owner !== undefined && name !== undefined) return { kind: 'ppa', owner, name };
  if (text.startsWith('ppa:')) throw refused(text, 'is no ppa:owner/name');
  if (!text.includes('\n')) throw refused(text, 'is neither ppa:owner/name nor a deb822 stanza');
  return { kind: 'stanzas', stanzas: usedIn(text).map((one) => stanzaOf(one, (why) => refuse(one.text, why))) };
}

/**
 * The stanzas of a file, each as a text of its own, so that each may have credentials of its own; the whole text where
 * packages come from none of them, for parseRepository to say why.
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
    : refused(first.text, whyUnused(first) ?? '', 'take the repository out of what is asked for, or switch it on');
}

function refuse(text: string, why: string): never {
  throw refused(text, why);
}

const howWritten =
  'write ppa:owner/name, or a deb822 stanza (URIs, Suites, Components) whose Signed-By holds the armoured key itself';

function refused(text: string, why: string, hint = howWritten): MirrorError {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const first =
    lines.find((line) => /^URIs:/i.test(line)) ?? lines.find((line) => line !== '' && !line.startsWith('#'));
  return new MirrorError(
    'BadInput',
    `the repository ${JSON.stringify(withoutPasswords(first ?? lines[0] ?? ''))} ${withoutPasswords(why)}`,
    { hint, misuse: true },
  );
}
