import type { PlanLine } from '../../lib/job/operations/outcome';
import { wordsOfKey } from '../reading/product-words';
import { wrapped } from '../terminal/wrapped';

/** Lines of a plan that move nothing; those that say the same of several products are one. */
export function plainLines(lines: readonly PlanLine[], indent = 2): string[] {
  const byText = Map.groupBy(lines, textOf);
  return [...byText].flatMap(([text, some]) => {
    const names = [
      ...new Set(some.flatMap(({ product }) => (product === undefined ? [] : [wordsOfKey(product).name]))),
    ];
    return wrapped(names.length === 0 ? text : `${names.join(', ')}: ${text}`, indent + 4, indent);
  });
}

function textOf({ does, version = '', name = '', why, before, newest }: PlanLine): string {
  const reason = why === undefined ? '' : ` (${why})`;
  switch (does) {
    case 'mark':
      return `${version} withdrawn`;
    case 'unmark':
      return `${version} no longer withdrawn`;
    case 'attest':
      return `${version} ${why ?? 'attested'}`;
    case 'leave out':
      return why === undefined ? 'left out' : `left out: ${why}`;
    case 'pass over':
      return `${version || name} passed over${why === undefined ? '' : `: ${why}`}`;
    case 'set':
      if (why === 'not held') return 'no longer held';
      return [why ?? 'set', ...(version === '' ? [] : [`at ${version}`])].join(' ');
    case 'create':
      return name === '' ? `created${reason}` : `creates the view ${name}`;
    case 'delete':
      return `deleted${reason}`;
    default:
      return `${does} ${version || name || (newest ?? before ?? '')}${reason}`;
  }
}
