import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import { type OperationOptions, type ScopeOptions, scoped, withConfigFor } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { listOf, scopeOf } from '../../operation/typed-words';
import type { Terminal } from '../../terminal/terminal';

export function addPromote(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'promote tested versions from one view to another; with --config alone, as mirror.yaml describes';
  const words = {
    '[from]': 'view to promote from, such as candidate',
    '[to]': 'view to promote to, such as stable; created if missing',
    '[release]': 'only this release (default: all)',
  };
  const command = scoped(program, 'promote', description, words, {
    '--after <duration>':
      'only versions that have been published for this long, such as 3d or 0 (default: what the setting of TO says)',
    '--require <list>': 'additional checks that must have passed, comma-separated',
    '--waive-checks <reason>': 'also promote versions without results of the checks that the setting of TO requires',
    '--waive-boot-test <reason>': 'also promote versions that were not boot-tested',
  });
  withConfigFor(command, config).action(async (from, to, release, options) =>
    done(await promote({ from, to, release, ...options }, terminal)),
  );
}

/** Once it is applied, the view has the setting, and no file counts. */
const config =
  'the mirror.yaml that names the mirror, and has the setting of TO until that is applied (default: ./mirror.yaml; with --mirror or --stack: none)';

interface PromoteOptions extends OperationOptions, ScopeOptions {
  /** Both, or neither: then all promotions of mirror.yaml. */
  readonly from?: string;
  readonly to?: string;
  /** @default all */
  readonly release?: string;
  /** Duration: `3d`. */
  readonly after?: string;
  readonly require?: string;
  readonly waiveChecks?: string;
  readonly waiveBootTest?: string;
}

async function promote(options: PromoteOptions, terminal: Terminal): Promise<number> {
  const { from, to, release, after, require, waiveChecks, waiveBootTest, config } = options;
  if (from === undefined && config !== undefined) {
    const { promoteAll } = await import('../../operation/promote-all.js');
    return promoteAll({ ...options, config }, terminal);
  }
  if (from === undefined || to === undefined) {
    throw new MirrorError('BadInput', `promote: ${from === undefined ? 'no views' : 'no view to promote to'} given`, {
      hint: 'name both views, such as: maas-mirror promote candidate stable; or a file that describes them: promote --config mirror.yaml',
      misuse: true,
    });
  }
  const { configuredPromotion } = await import('../../operation/configured-promotion.js');
  const typed = {
    setting: await configuredPromotion(to, options),
    ...({ does: 'promote', from, to, release, after, require: listOf(require) } as const),
    ...{ checksWaived: waiveChecks, waived: waiveBootTest, ...scopeOf(options) },
  };
  return runOperation(typed, options, terminal);
}
