import { OperationRequest } from '../../../../lib/job/operations/operation';
import type { OperationOutcome, Remark } from '../../../../lib/job/operations/outcome';

/** A command line, with or without `maas-mirror`, as the request that it makes. */
export function requestOf(line: string): OperationRequest {
  return OperationRequest.parse(typedOf(line.replace(/^maas-mirror /, '')));
}

/** The commands that an outcome prints. */
export function commandsOf({ remarks }: Pick<OperationOutcome, 'remarks'>, about: Remark['about']): string[] {
  return remarks.flatMap((one) => (one.about === about ? (one.commands ?? []) : []));
}

const withValue = new Set(['--arch', '--flavour', '--at', '--until', '--to', '--check', '--link', '--from']);

function typedOf(line: string): object {
  const typed = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const [words, options] = [[] as string[], new Map<string, string>()];
  for (const [at, word] of typed.entries()) {
    if (word.startsWith('--')) options.set(word, typed[at + 1] ?? '');
    else if (!withValue.has(typed[at - 1] ?? '')) words.push(word);
  }
  const [does = '', ...names] = words;
  const option = (name: string, field: string) => (options.has(name) ? { [field]: options.get(name) } : {});
  const list = (name: string) => options.get(name)?.split(',') ?? [];
  const scope = { architectures: list('--arch'), flavours: list('--flavour') };
  const [view, release, version] = names;
  const everywhere = { allViews: options.has('--all-views') };
  const checked = { check: options.get('--check'), passed: options.has('--pass'), ...option('--link', 'link') };
  switch (does) {
    case 'promote':
      return { does, from: names[0], to: names[1], release: names[2], ...scope };
    case 'view':
      return {
        ...{ does: `view-${names[0]}`, name: names[1] },
        ...(options.has('--from') && { select: [{ from: options.get('--from') }] }),
      };
    case 'snapshot':
      return { does, view, name: names[1] };
    case 'withdraw':
    case 'restore':
      return { does, view, release, version, ...scope, ...everywhere };
    case 'rollback': {
      const how = { republish: options.has('--republish'), ...option('--to', 'to') };
      return { does, view, release, ...scope, ...everywhere, ...how };
    }
    case 'attest':
      return { does, view, release, version, ...scope, ...checked };
    case 'repair':
      return { does };
    case 'remove':
      return { does, view, release, version, ...scope };
    default:
      return { does, view, release, ...scope, ...option('--at', 'at'), ...option('--until', 'until') };
  }
}
