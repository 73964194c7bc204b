import { MirrorError, type MirrorErrorOptions } from '../../lib/errors';
import type { PromotionMeasure } from '../../lib/operations/promotion/measures';
import type { PromotionRun, PromotionsOutcome } from '../../lib/operations/promotions';
import { longHoldText } from '../reading/hold-text';
import { reportError, type Terminal } from '../terminal/terminal';
import { wrapped } from '../terminal/wrapped';
import type { OperationOptions, ScopeOptions } from './operation-command';
import { changeLines } from './outcome-text';
import { asker } from './run-operation';
import { whichMirror, whichText, withCommandsTypedAgain } from './which-mirror';

/** Options of `promote`, of which only some have a meaning for a whole file. */
export interface PromoteAllOptions extends OperationOptions, ScopeOptions {
  readonly config: string;
  readonly after?: string;
  readonly require?: string;
  readonly waiveChecks?: string;
  readonly waiveBootTest?: string;
}

/**
 * Does what a mirror.yaml says about views that are not built: applies their sources, ends holds, and promotes. Prints what
 * changed, what failed, and what stands still; with `--dry-run`, what would change.
 * @returns 0, or the exit code of the last failure; a failure does not stop the other views
 * @throws BadInput (misuse) with --stack, whose scheduler does this, and for options of a single promotion
 */
export async function promoteAll(options: PromoteAllOptions, terminal: Terminal): Promise<number> {
  const { config, dryRun = false, reason, key, by = asker(), json } = options;
  refuseOptionsOfOne(options);
  const which = await whichMirror(options);
  if ('stack' in which)
    throw misuse(
      'promote: --stack promotes one view at a time',
      'name both views; the scheduler of the stack does what its configuration says',
    );
  const { parseConfig } = await import('../../lib/job/config.js');
  const { viewSettings } = await import('../../lib/job/views/view-settings.js');
  const { readText } = await import('../request/sources-from.js');
  const { runPromotions } = await import('../../lib/operations/promotions.js');
  const { benchHere } = await import('./here.js');
  const settings = viewSettings(parseConfig(readText(config, '--config'), config));
  if (settings.length === 0)
    throw misuse(
      `${config} has no view that is promoted or selected`,
      'such as: stable: { promote: { from: candidate, after: 3d } }',
    );
  terminal.err(whichText(which));
  const asked = { by, dryRun, ...(reason !== undefined && { reason }) };
  const outcome = await runPromotions(settings, asked, await benchHere({ mirror: which.mirror, key }, terminal));
  if (json) terminal.out(JSON.stringify(outcome, undefined, 2));
  else for (const line of linesOf(outcome, dryRun)) terminal.out(line);
  const codes = outcome.runs.flatMap(({ failure }) =>
    failure === undefined ? [] : [reportError(withCommandsTypedAgain(failure, options), terminal)],
  );
  return codes.at(-1) ?? 0;
}

function misuse(message: string, hint: NonNullable<MirrorErrorOptions['hint']>): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}

/** @throws BadInput (misuse), which names the option */
function refuseOptionsOfOne(options: PromoteAllOptions): void {
  const { after, require, waiveChecks, waiveBootTest, arch, kernel, plan } = options;
  const ofOne = {
    ...{ '--after': after, '--require': require, '--waive-checks': waiveChecks, '--waive-boot-test': waiveBootTest },
    ...{ '--arch': arch, '--flavour': kernel, '--plan': plan },
  };
  const given = Object.entries(ofOne).find(([, value]) => value !== undefined);
  if (given === undefined) return;
  throw misuse(
    `${given[0]} cannot be used with a whole configuration`,
    'set after: and require: in the file, or name both views, such as: maas-mirror promote candidate stable',
  );
}

function linesOf({ runs, measures }: PromotionsOutcome, dryRun: boolean): string[] {
  const measured = measures.flatMap(measureLines).flatMap((line) => wrapped(line, 2, 0));
  return [...runs.flatMap((run) => (dryRun ? planLines(run) : runLines(run))), ...measured];
}

function planLines({ view, does, lines, waits, follows, failure }: PromotionRun): string[] {
  if (failure !== undefined) return [];
  if (waits !== undefined || lines.length === 0)
    return runLines({ view, does, lines, moved: false, followed: [], ...(waits && { waits }) });
  const head = `${view}: ${does.replace('-', ' ')} (dry run)${follows === undefined ? '' : `, then ${follows}`}`;
  return [head, ...changeLines(lines)];
}

function runLines({ view, does, moved, lines, followed, waits, failure }: PromotionRun): string[] {
  if (failure !== undefined) return [];
  if (waits !== undefined) return wrapped(`${view}: waits: ${waits}`, 2, 0);
  const updated = followed.filter((one) => one.moved).map((one) => `${one.view}: updated, since it follows ${view}`);
  const changes = moved ? changeLines(lines) : [];
  return [`${view}: ${does.replace('-', ' ')}: ${moved ? 'done' : 'nothing to be done'}`, ...changes, ...updated];
}

function measureLines({ view, release, standsStill, heldDays = 0 }: PromotionMeasure): string[] {
  const held = longHoldText(heldDays);
  const still = standsStill && stillText(standsStill);
  return [held, still].flatMap((text) => (text ? [`${view}: ${release} ${text}`] : []));
}

/** Also of a view that is yet to be created: what waits in its source, and since when. */
function stillText({ version, since, why }: Exclude<NonNullable<PromotionMeasure['standsStill']>, false>): string {
  return `takes nothing: ${version} has been published since ${since.slice(0, 10)}: ${why}`;
}
