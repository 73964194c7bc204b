import { hostname, userInfo } from 'node:os';
import { MirrorError } from '../../lib/errors';
import type { Operation, OperationRequest } from '../../lib/job/operations/operation';
import type { OperationOutcome } from '../../lib/job/operations/outcome';
import { toolVersion } from '../../lib/job/tool';
import { failureCode, type Terminal } from '../terminal/terminal';
import type { OperationOptions } from './operation-command';
import { outcomeLines } from './outcome-text';
import { type WhichMirror, whichMirror, whichText, withCommandsTypedAgain } from './which-mirror';

/** An operation as it was typed; its fields are not checked yet. `does` and whatever belongs to it. */
export type Typed = { readonly does: OperationRequest['does'] } & Readonly<Record<string, unknown>>;

/** What a command says about its operation. */
export interface Asking {
  /** What cannot be undone, as a question is to say it: `remove noble 20261120.083000 from candidate`. @default - it can be undone */
  readonly forGood?: string;
}

/**
 * Carries out an operation, on this machine or by the functions of a stack, and prints what it did.
 * @returns 0, also if nothing was to be done; 1 if a view could not be read, and so was left out
 * @throws BadInput (misuse) for words and options that are not valid, or where a confirmation is missing; what operate throws
 */
export async function runOperation(
  typed: Typed,
  options: OperationOptions,
  terminal: Terminal,
  { forGood }: Asking = {},
): Promise<number> {
  const asked = await operationFrom(typed, options);
  const which = await whichMirror(options);
  const carryOut = (one: Operation) =>
    carriedOut(one, which, options, terminal).catch((error: unknown) => {
      throw withCommandsTypedAgain(error, options);
    });
  const show = (one: Operation, outcome: OperationOutcome, isQuestion = false) => {
    const print = options.json ? terminal.err : terminal.out; // a program that reads the result reads only that
    for (const line of outcomeLines(one, outcome, options, { isQuestion })) print(line);
  };
  terminal.err(whichText(which));
  const mustAsk = forGood !== undefined && !asked.dryRun && !options.yes;
  const confirmed = mustAsk ? await confirm(forGood, asked, { terminal, carryOut, show }) : asked;
  const outcome = await carryOut(confirmed);
  if (options.json) terminal.out(JSON.stringify(outcome, undefined, 2));
  else show(confirmed, outcome);
  return failures(outcome, confirmed, terminal);
}

async function carriedOut(
  asked: Operation,
  which: WhichMirror,
  { key }: OperationOptions,
  terminal: Terminal,
): Promise<OperationOutcome> {
  if ('mirror' in which) {
    const { operateHere } = await import('./here.js');
    return operateHere(asked, { mirror: which.mirror, key }, terminal);
  }
  if (key !== undefined) {
    throw new MirrorError('BadInput', '--key cannot be used with --stack', {
      hint: 'the functions of the stack sign with its own key',
      misuse: true,
    });
  }
  const { operateInCloud } = await import('./in-cloud.js');
  return operateInCloud(asked, which.stack, terminal);
}

/** @throws BadInput (misuse), which names words and options as they were typed */
async function operationFrom(typed: Typed, options: OperationOptions): Promise<Operation> {
  const { Operation, operationNeeds } = await import('../../lib/job/operations/operation.js');
  const { checked } = await import('../../lib/job/checked.js');
  const { by = asker(), reason, plan, dryRun = false } = options;
  const value = {
    operation: defined(typed),
    ...defined({ by, reason, plan }),
    dryRun,
    tool: toolVersion,
    needs: operationNeeds,
  };
  return checked(
    Operation,
    value,
    { optionOf: wordOf },
    `run \`maas-mirror ${commandOf(typed.does)} --help\` for usage`,
  );
}

/** `USER@HOST` */
export function asker(): string {
  return `${userInfo().username}@${hostname()}`;
}

/** `view create` */
export function commandOf(does: string): string {
  return does.replace(/^view-/, 'view ');
}

/** What a user typed for a field: `--arch` for `operation.architectures.0`, `VIEW` for `operation.view`. */
function wordOf(field: string): string {
  const name = field.replace(/^operation\./, '').replace(/\.\d+(?=\.|$)/g, '');
  return words[name] ?? `--${name.replaceAll('.', '-')}`;
}

const words: Readonly<Record<string, string>> = {
  ...{ view: 'VIEW', release: 'RELEASE', version: 'VERSION', name: 'NAME', from: 'FROM', to: 'TO' },
  ...{ architectures: '--arch', flavours: '--flavour', waived: '--waive-boot-test', passed: '--pass or --fail' },
  ...{ checksWaived: '--waive-checks' },
  ...{ 'select.from': '--from or --select', 'select.releases': '--select' },
};

interface Confirming {
  readonly terminal: Terminal;
  readonly carryOut: (asked: Operation) => Promise<OperationOutcome>;
  readonly show: (asked: Operation, outcome: OperationOutcome, isQuestion: boolean) => void;
}

/**
 * Shows what would be done, and asks.
 * @returns the operation, to be carried out exactly as it was shown
 * @throws BadInput (misuse) without a terminal, or if the answer is no
 */
async function confirm(what: string, asked: Operation, { terminal, carryOut, show }: Confirming): Promise<Operation> {
  if (terminal.confirm === undefined) {
    throw new MirrorError('BadInput', `${what}: this cannot be undone`, { hint: 'add --yes to confirm', misuse: true });
  }
  const shown = { ...asked, dryRun: true };
  const outcome = await carryOut(shown);
  show(shown, outcome, true);
  if (await terminal.confirm(`${what}? This cannot be undone.`)) return { ...asked, plan: outcome.plan };
  throw new MirrorError('BadInput', 'not confirmed; nothing was changed', {
    hint: 'answer y, or add --yes',
    misuse: true,
  });
}

/**
 * What could be done is done; views that could not be updated after it are told.
 * @returns 1 if a view that was to be changed was left out; the exit code of what a dry run says would be refused
 */
function failures({ views, followed, remarks }: OperationOutcome, { dryRun }: Operation, terminal: Terminal): number {
  const failed = followed.filter(({ failure }) => failure !== undefined);
  for (const { view, failure } of failed) terminal.err(`warning: ${view} was not updated: ${failure}`);
  if (failed.length > 0) terminal.err('  to update it, run: maas-mirror repair');
  const [refused] = views.flatMap((one) => one.refused ?? []);
  if (refused !== undefined) return failureCode(refused);
  return !dryRun && remarks.some(({ about }) => about === 'not done') ? 1 : 0;
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
