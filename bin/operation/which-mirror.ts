import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MirrorError, withoutPasswords } from '../../lib/errors';
import { quoted } from '../../lib/job/operations/commands';
import { isUrlLike } from '../../lib/job/sources/file-path';
import { addressOrView } from './address-or-view';

/** The options that name a mirror. */
export interface MirrorWords {
  readonly mirror?: string;
  readonly stack?: string;
  readonly config?: string;
}

/** A command that is printed to be typed names the mirror, and the key that signs, in the words that were typed. */
export function typedAgain(command: string, { mirror, stack, config, key }: MirrorWords & { key?: string }): string {
  if (!command.startsWith('maas-mirror ') || / --(?:mirror|stack)\b/.test(command)) return command;
  const changes = !/^maas-mirror (?:list|verify|history|changes|view (?:list|show)|releases|serve)\b/.test(command);
  const options = { mirror, stack, config, ...(changes && { key }) };
  const words = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, quoted(value)],
  );
  return [command, ...words].join(' ');
}

/** An error of an operation, with the commands in its hint as they have to be typed. */
export function withCommandsTypedAgain(thrown: unknown, words: MirrorWords & { key?: string }): unknown {
  if (!(thrown instanceof MirrorError) || thrown.hint === undefined) return thrown;
  const { name, message, misuse, cause } = thrown;
  const hint = thrown.hint
    .split(/(?=maas-mirror )/)
    .map((text, at, all) => (beginsClause(all[at - 1]) ? withFirstTypedAgain(text, words) : text))
    .join('');
  return hint === thrown.hint ? thrown : new MirrorError(name, message, { hint, misuse, cause });
}

/** Whether a command that follows this text is to be typed; others are only spoken of. */
const beginsClause = (before = '') => /(?:: |; |, then |\brun |\n)$/.test(before);

/** A text that begins with a command, which reaches to the end of its clause. Quoted words may contain anything. */
function withFirstTypedAgain(text: string, words: MirrorWords & { key?: string }): string {
  let isQuoted = false;
  let end = 0;
  for (; end < text.length; end++) {
    if (text[end] === "'") isQuoted = !isQuoted;
    if (!isQuoted && /^(?:[;\n]| \(|, (?:or|then)\b)/.test(text.slice(end, end + 8))) break;
  }
  return typedAgain(text.slice(0, end), words) + text.slice(end);
}

/** A mirror at an address, or that of a deployed stack. */
export type WhichMirror = { readonly mirror: string } | { readonly stack: string };

/**
 * The mirror that options name: that of `--mirror` or `--stack`, else `mirror:` of mirror.yaml, else ./mirror.
 * @param folder where ./mirror.yaml is looked for
 * @throws BadInput (misuse) if both are given, or the file cannot be read
 */
export async function whichMirror(words: MirrorWords, folder = '.'): Promise<WhichMirror> {
  const { mirror, stack, config } = words;
  if (mirror !== undefined && stack !== undefined) {
    throw new MirrorError('BadInput', '--mirror and --stack cannot be used together', {
      hint: '--stack uses the mirror of the deployed stack; --mirror names one that this machine can write to',
      misuse: true,
    });
  }
  if (stack !== undefined) return { stack };
  if (mirror !== undefined) return { mirror: requireAddress(mirror) };
  return { mirror: (await configured(config, folder)) ?? './mirror' };
}

/** What a command that reads a mirror was given. */
export interface Readable {
  readonly which: WhichMirror;
  /** The view that it names. @default - that of the address, or all */
  readonly view?: string;
}

/**
 * The mirror and the view of a command that reads: its first word is an address or a view.
 * @throws what whichMirror throws
 */
export async function whichToRead(word: string | undefined, words: MirrorWords, folder?: string): Promise<Readable> {
  const isNamed = [words.mirror, words.stack, words.config].some((one) => one !== undefined);
  const said: Partial<{ address: string; view: string }> =
    word === undefined ? {} : addressOrView(word, isNamed, isFolder);
  if (said.address !== undefined) return { which: { mirror: said.address } };
  return { which: await whichMirror(words, folder), ...(said.view !== undefined && { view: said.view }) };
}

/** `mirror: /srv/images`, as a command prints that is about to change it. */
export function whichText(which: WhichMirror): string {
  if ('stack' in which) return `stack: ${which.stack}`;
  return `mirror: ${isUrlLike(which.mirror) ? withoutPasswords(which.mirror) : resolve(which.mirror)}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function requireAddress(mirror: string): string {
  if (mirror !== '') return mirror;
  throw new MirrorError('BadInput', '--mirror "" is not the address of a mirror', {
    hint: 'give a folder, or s3://BUCKET',
    misuse: true,
  });
}

/** `mirror:` of a mirror.yaml, a path relative to it. */
async function configured(config: string | undefined, folder: string): Promise<string | undefined> {
  if (config === undefined && !existsSync(join(folder, 'mirror.yaml'))) return undefined;
  const { configText } = await import('../request/config-text.js');
  const { readYaml } = await import('../../lib/job/yaml/read-yaml.js');
  const { file, text } = configText(config, folder);
  const value = readYaml(text, file) as { readonly mirror?: unknown } | null | undefined;
  const mirror = typeof value === 'object' ? value?.mirror : undefined;
  if (mirror === undefined || mirror === null) return undefined;
  if (typeof mirror !== 'string' || mirror === '') {
    throw new MirrorError('BadInput', `${file} is not valid: mirror: must be a path or s3://BUCKET`, {
      hint: 'such as `mirror: /srv/images`',
      misuse: true,
    });
  }
  return isUrlLike(mirror) ? mirror : resolve(dirname(file), mirror);
}
