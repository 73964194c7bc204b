/* bin/operation: an operation, asked on the command line, here or by a stack. */

import type { Command } from 'commander';

/** The options that all commands have that change a mirror, as commander passes them. */
export interface OperationOptions {
  /** DIR or s3://… @default that of mirror.yaml, else ./mirror */
  readonly mirror?: string;
  /** Name of the deployed stack that carries it out. @default this machine does */
  readonly stack?: string;
  /** Path of a mirror.yaml. @default ./mirror.yaml, if it exists */
  readonly config?: string;
  readonly reason?: string;
  /** Who asks. @default USER@HOST */
  readonly by?: string;
  /** A file, kms:… or secret:… @default ~/.local/share/maas-mirror/signing-key.asc */
  readonly key?: string;
  readonly dryRun?: boolean;
  /** Id of the plan that is to be carried out exactly. */
  readonly plan?: string;
  /** Confirms what cannot be undone. @default false */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Which products of a release are meant; lists with commas. */
export interface ScopeOptions {
  readonly arch?: string;
  readonly kernel?: string;
}

/** Arguments, or options, of a command with what they are for. An option whose text is in a list may be repeated. */
type Words = Readonly<Record<string, string>>;
type Own = Readonly<Record<string, string | readonly [text: string]>>;

/** Of commands that ask before they do what cannot be undone. */
export const yesFlag = { '--yes': 'do not ask for confirmation' };

/** A command that changes a view, without its action: its own options come first, then those of all such commands. */
export function viewCommand(parent: Command, name: string, description: string, words: Words, own: Own = {}): Command {
  const command = parent.command(name).description(description);
  for (const [word, what] of Object.entries(words)) command.argument(word, what);
  return withOperationOptions(withOwn(command, own));
}

/** The same with the arguments VIEW and RELEASE, and `--arch` and `--flavour`. */
export function releaseCommand(parent: Command, name: string, description: string, own: Own = {}): Command {
  return scoped(parent, name, description, { ...viewWord, ...releaseWord }, own);
}

/** The same with the arguments VIEW, RELEASE and VERSION. */
export function versionCommand(parent: Command, name: string, description: string, own: Own = {}): Command {
  return scoped(parent, name, description, { ...viewWord, ...releaseWord, ...versionWord }, own);
}

const viewWord = { '<view>': 'the view, such as candidate' };
const releaseWord = { '<release>': 'the release, such as noble, 24.04 or bootloaders' };
const versionWord = { '<version>': 'the version, such as 20261125.083000, or newest' };

/** Any arguments, and `--arch` and `--flavour`. */
export function scoped(parent: Command, name: string, description: string, words: Words, own: Own): Command {
  return viewCommand(parent, name, description, words, { ...own, ...scopeFlags });
}

const scopeFlags = {
  '--arch <list>': 'only these architectures, separated by commas',
  '--flavour, --kernel <list>': 'only these kernel flavours, such as ga,hwe-24.04',
};

/** Adds `--arch` and `--flavour`. */
export function withScope(command: Command): Command {
  return withOwn(command, scopeFlags);
}

function withOwn(command: Command, own: Own): Command {
  for (const [flags, what] of Object.entries(own)) {
    if (typeof what === 'string') command.option(flags, what);
    else command.option(flags, what[0], (value: string, before: string[] = []) => [...before, value]);
  }
  return command;
}

/** Adds the options that all commands have that change a mirror. */
function withOperationOptions(command: Command): Command {
  return withMirrorOptions(command)
    .option('--reason <text>', 'why; kept in the history of the view')
    .option('--by <name>', 'who asks; kept in the history (default: USER@HOST)')
    .option(
      '--key <key>',
      'signing key: a file, kms:<id, ARN or alias> or secret:<ARN> (default: ~/.local/share/maas-mirror/signing-key.asc)',
    )
    .option('--dry-run', 'print what would be done, with the id of this plan; change nothing')
    .option('--plan <id>', 'carry out exactly the plan that --dry-run printed, or nothing')
    .option('--json', 'print the result as JSON');
}

/** Says of `--config` what else a command reads the file for. */
export function withConfigFor(command: Command, what: string): Command {
  const option = command.options.find(({ long }) => long === '--config');
  if (option !== undefined) option.description = what;
  return command;
}

/** Adds the options that name a mirror. */
export function withMirrorOptions(command: Command): Command {
  return command
    .option('--mirror <address>', 'the mirror: DIR or s3://BUCKET (default: mirror: of mirror.yaml, else ./mirror)')
    .option('--stack <name>', 'the mirror of this deployed stack')
    .option('--config <file>', 'the mirror.yaml that names the mirror (default: ./mirror.yaml, if it exists)');
}
