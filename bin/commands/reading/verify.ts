import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import type { VerifiedView, VerifyReport } from '../../../lib/operations/verify';
import { openToRead } from '../../operation/open-to-read';
import { withMirrorOptions } from '../../operation/operation-command';
import type { MirrorWords } from '../../operation/which-mirror';
import { scratchFolder } from '../../preflight/scratch-folder';
import { many } from '../../terminal/many';
import { counted, megabytes } from '../../terminal/sizes';
import type { Terminal } from '../../terminal/terminal';
import { wrapped } from '../../terminal/wrapped';

export function addVerify(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const command = program
    .command('verify')
    .description('verify signatures, MAAS rules, and the size and SHA-256 checksum of every object')
    .argument('[view]', 'a view, or a mirror: DIR, http(s)://… or s3://BUCKET (default: all views of ./mirror)')
    .option('--view <name>', 'verify only this view; may be repeated', many)
    .option('--keyring <file>', 'keyring to trust (default: the mirror’s own)')
    .option('--fingerprint <hex>', 'trust only the key with this fingerprint')
    .option('--no-objects', 'verify only the metadata')
    .option('--json', 'print the report as JSON');
  withMirrorOptions(command).action(async (word, { view, ...options }) =>
    done(await runVerify({ word, ...(view && { views: view }), ...options }, terminal)),
  );
}

export interface VerifyCommandOptions extends MirrorWords {
  /** A view, or the address of a mirror or view. @default all views of the mirror that options name */
  readonly word?: string;
  /** @default all; over HTTP the one in the address */
  readonly views?: readonly string[];
  /** Path of a keyring. @default the mirror's own */
  readonly keyring?: string;
  /** Fingerprint of the only key to trust. @default every key in the keyring */
  readonly fingerprint?: string;
  readonly json?: boolean;
  /** Whether objects are read, in addition to the metadata. @default true */
  readonly objects?: boolean;
}

/** Verifies a mirror and prints what is wrong with it. @returns 0 if nothing is wrong, else 1 */
export async function runVerify(options: VerifyCommandOptions, terminal: Terminal): Promise<number> {
  const report = await verified(options, terminal);
  const lines = options.json ? [JSON.stringify(report, undefined, 2)] : linesOf(report, options.objects ?? true);
  for (const line of lines) terminal.out(line);
  return report.problems.length === 0 ? 0 : 1;
}

async function verified(options: VerifyCommandOptions, terminal: Terminal): Promise<VerifyReport> {
  const { keyring, fingerprint, json = false, objects = true } = options;
  if (fingerprint !== undefined) requireFingerprint(fingerprint);
  const { readKeyring } = await import('../../request/sources-from.js');
  const { verifyMirror } = await import('../../../lib/operations/verify.js');
  if (keyring !== undefined) readKeyring(keyring, '--keyring');
  const { store, views } = await openToRead(options.word, options, options.views);
  await using scratch = await scratchFolder('verify');
  using progress = json ? undefined : progressOn(terminal);
  return await verifyMirror(store, {
    ...(views && { views }),
    ...(keyring !== undefined && { keyring }),
    ...(fingerprint !== undefined && { fingerprint }),
    objects,
    scratch: scratch.path,
    ...(progress && { onProgress: progress.tell }),
  });
}

/** On a terminal a line that is redrawn and finally cleared; in a log a line for each quarter. */
function progressOn(terminal: Terminal): Disposable & { tell(done: number, total: number): void } {
  return {
    tell: (done, total) => {
      const line = `${done} of ${total} objects read`;
      if (terminal.status !== undefined) terminal.status(line);
      else if (Math.floor((done * 4) / total) > Math.floor(((done - 1) * 4) / total)) terminal.err(line);
    },
    [Symbol.dispose]: () => terminal.status?.(''),
  };
}

function linesOf(report: VerifyReport, objects: boolean): string[] {
  const { problems, views } = report;
  const lines = problems.flatMap(({ object, message, rule }) => wrapped(`✗ ${object}: ${message} [${rule}]`, 4, 0));
  if (problems.length > 0) return [...lines, `${counted(problems.length, 'problem')} found`];
  return views.flatMap((view) => wrapped(`✓ ${view.view}: ${contentOf(view)} — ${verdict(objects)}`, 4, 0));
}

function contentOf({ products, versions, objects, bytes }: VerifiedView): string {
  const parts = [counted(products, 'product'), counted(versions, 'version'), counted(objects, 'object')];
  return `${parts.join(', ')} (${megabytes(bytes)})`;
}

function verdict(objects: boolean): string {
  return objects ? 'signatures, MAAS rules and checksums OK' : 'signatures and MAAS rules OK; objects were not read';
}

/** 40 hex digits; newer OpenPGP keys have 64. Shorter key ids can be forged. */
function requireFingerprint(text: string): void {
  if (/^(?:0x)?(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text.replaceAll(' ', ''))) return;
  throw new MirrorError('BadInput', `--fingerprint ${JSON.stringify(text)}: not a full key fingerprint`, {
    hint: 'give all 40 hex digits, as printed by maas-mirror keyring or gpg --fingerprint',
    misuse: true,
  });
}
