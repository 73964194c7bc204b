import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import type { ChangesOptions as Compared } from '../../../lib/operations/changes';
import type { OpenedMirror } from '../../../lib/operations/open-mirror';
import { addressOrView } from '../../operation/address-or-view';
import { oneView, openToRead } from '../../operation/open-to-read';
import { type ScopeOptions, withMirrorOptions, withScope } from '../../operation/operation-command';
import { scopeOf } from '../../operation/typed-words';
import type { MirrorWords } from '../../operation/which-mirror';
import { scratchFolder } from '../../preflight/scratch-folder';
import { changesLines, changesMarkdown } from '../../reading/changes-text';
import type { Terminal } from '../../terminal/terminal';

export function addChanges(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('changes')
    .description('show what differs between two versions: packages, kernels, initrds, sources')
    .argument('[view]', 'a view, or its address')
    .argument('[release]', 'only this release (default: all)')
    .argument('[old]', 'a version, or newest (default: the one before the newest)')
    .argument('[new]', 'the version to compare it with')
    .option(
      '--between <view>',
      'compare with the newest versions of this view, or its address: --between stable candidate',
    )
    .option('--no-modules', 'do not read the initrds, whose modules are compared if two versions are given')
    .option('--markdown', 'print a Markdown page')
    .option('--json', 'print the changes as JSON');
  withMirrorOptions(withScope(command)).action(async (word, release, old, next, options) =>
    done(await runChanges({ word, release, old, next, ...options }, terminal)),
  );
}

export interface ChangesOptions extends MirrorWords, ScopeOptions {
  /** A view, or its address. */
  readonly word?: string;
  /** @default all */
  readonly release?: string;
  /** Both, or neither. @default the newest version and the one before */
  readonly old?: string;
  readonly next?: string;
  /** The view to compare with, whose versions count as the old ones. */
  readonly between?: string;
  /** Whether initrds are read, if two versions are given. @default true */
  readonly modules?: boolean;
  readonly markdown?: boolean;
  readonly json?: boolean;
}

/** Prints what changed between two versions. */
export async function runChanges(options: ChangesOptions, terminal: Terminal): Promise<number> {
  const { word, release, old, next, between, modules = true, markdown, json, ...words } = options;
  if (old !== undefined && (next === undefined || between !== undefined)) throw twoVersions(old);
  const { changesOf } = await import('../../../lib/operations/changes.js');
  const opened = await openToRead(word, words);
  const view = oneView(opened, 'changes');
  await using scratch = old !== undefined && modules ? await scratchFolder('changes') : undefined;
  const compared: Compared = {
    release,
    ...scopeOf(options),
    ...(between !== undefined && { between: await viewBetween(between, words, opened) }),
    ...(old !== undefined && next !== undefined && { versions: [old, next] as const }),
    ...(scratch && { scratch: scratch.path }),
  };
  const changes = await changesOf(opened.store, view, compared);
  const lines = json ? [JSON.stringify(changes, undefined, 2)] : (markdown ? changesMarkdown : changesLines)(changes);
  for (const line of lines) terminal.out(line);
  return 0;
}

/** A view of the same mirror, by its name or its address. */
async function viewBetween(word: string, words: MirrorWords, { store }: OpenedMirror): Promise<string> {
  const isNamed = [words.mirror, words.stack, words.config].some((one) => one !== undefined);
  const said = addressOrView(word, isNamed, () => false);
  if ('view' in said) return said.view;
  const other = await openToRead(said.address, {});
  if (other.store.name === store.name) return oneView(other, 'changes --between');
  throw new MirrorError('BadInput', `changes: --between names a view of another mirror: ${other.store.name}`, {
    hint: `name a view of ${store.name}`,
    misuse: true,
  });
}

function twoVersions(old: string): MirrorError {
  return new MirrorError('BadInput', `changes: ${old} cannot be compared with nothing, or between views`, {
    hint: 'give two versions of one view, or two views with --between and no versions',
    misuse: true,
  });
}
