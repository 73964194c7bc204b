import type { Command } from 'commander';
import { MirrorError } from '../../lib/errors';
import { viewCommand } from './operation-command';

/** What a selected view takes from others. */
export interface SelectionOptions {
  /** The view that everything else comes from. */
  readonly from?: string;
  /** `RELEASE[,RELEASE…]=VIEW` */
  readonly select?: readonly string[];
}

/** A part of a selected view, as operations take it. */
interface Part {
  readonly from: string;
  readonly releases?: readonly string[];
}

/** A command with the name of a view, `--from` and `--select`, and other options of its own. */
export function selectionCommand(
  parent: Command,
  name: string,
  description: string,
  own: Readonly<Record<string, string>> = {},
): Command {
  return viewCommand(
    parent,
    name,
    description,
    { '<name>': 'name of the view, such as lab-2' },
    {
      '--from <view>': 'follow this view; with --select, for all other releases',
      '--select <releases=view>': [
        'take these releases (bootloaders is one, too) from this view, such as jammy,focal=stable; may be repeated',
      ],
      ...own,
    },
  );
}

/**
 * The parts of a selected view: those with releases first, since the first one that matches decides.
 * @throws BadInput (misuse) for a `--select` in another form
 */
export function selectionOf({ from, select = [] }: SelectionOptions): { select?: readonly Part[] } {
  const parts: Part[] = [...select.map(partOf), ...(from === undefined ? [] : [{ from }])];
  return parts.length === 0 ? {} : { select: parts };
}

function partOf(text: string): Part {
  const at = text.lastIndexOf('=');
  const releases = text
    .slice(0, Math.max(at, 0))
    .split(',')
    .map((word) => word.trim());
  const from = text.slice(at + 1);
  if (at > 0 && from !== '' && releases.every((word) => word !== '')) return { from, releases };
  throw new MirrorError('BadInput', `--select ${JSON.stringify(text)}: not in the form RELEASE[,RELEASE…]=VIEW`, {
    hint: 'such as --select jammy,focal=stable --from candidate',
    misuse: true,
  });
}
