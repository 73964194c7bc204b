import type { Command } from 'commander';
import { MirrorError } from '../../../lib/errors';
import { configuredSource } from '../../operation/configured-source';
import { type OperationOptions, withConfigFor } from '../../operation/operation-command';
import { runOperation } from '../../operation/run-operation';
import { type SelectionOptions, selectionCommand, selectionOf } from '../../operation/selection';
import type { Terminal } from '../../terminal/terminal';

export function addViewSet(view: Command, terminal: Terminal, done: (code: number) => void): void {
  const description = 'set what a view selects from others: MAAS keeps its URL, and gets the versions of another view';
  const command = selectionCommand(view, 'set', description, {
    '--by-hand': 'follow no view any more: it keeps what it offers, and gets more only if you promote into it',
    '--as-configured': 'apply the setting of mirror.yaml again (./mirror.yaml, or --config FILE)',
  });
  withConfigFor(command, config).action(async (name, options) => {
    const source = await sourceOf(name, options);
    done(await runOperation({ does: 'view-set', ...source, name }, options, terminal));
  });
}

const config = 'the mirror.yaml that names the mirror, and what --as-configured applies (default: ./mirror.yaml)';

interface SourceOptions extends OperationOptions, SelectionOptions {
  readonly byHand?: boolean;
  readonly asConfigured?: boolean;
}

/** @throws BadInput (misuse) unless exactly one source is given */
async function sourceOf(name: string, options: SourceOptions): Promise<object> {
  const { from, select, byHand = false, asConfigured = false, config } = options;
  const given = [
    ...(from === undefined && select === undefined ? [] : [from === undefined ? '--select' : '--from']),
    ...(byHand ? ['--by-hand'] : []),
    ...(asConfigured ? ['--as-configured'] : []),
  ];
  if (given.length === 1) return asConfigured ? configuredSource(name, config) : selectionOf(options);
  const what = given.length === 0 ? 'no source' : given.join(' and ');
  throw new MirrorError('BadInput', `view set: ${what} given`, {
    hint: 'give one: --from VIEW or --select, --by-hand to follow no view any more, or --as-configured for what mirror.yaml says',
    misuse: true,
  });
}
