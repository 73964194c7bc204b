import { MirrorError } from '../../errors';
import type { Operation, OperationRequest } from '../../job/operations/operation';
import type { Commit } from '../../publication/press';
import { viewsNeeded } from './views-needed';

/** What is known of the last commit of each view that an operation changes. */
export type Commits = ReadonlyMap<string, Commit>;

/**
 * Does a part of an operation; its error names the views that are changed by then, or may be, and what to do: the same command
 * chooses again from the view that it names, so it must not be run again once that one is changed.
 * @param view that the part is about @default - none
 */
export async function tellingDone<Result>(
  asked: Pick<Operation, 'operation' | 'plan'>,
  all: Commits,
  work: () => Promise<Result>,
  view?: string,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof MirrorError)) throw cause;
    const commits = new Map([...all].filter(([one]) => one !== view || !tellsItself(asked.operation, cause)));
    const [changed, open] = [viewsWith('made', commits), viewsWith('tried', commits)];
    if (changed.length + open.length === 0) throw cause;
    const { name, message, hint, misuse } = cause;
    const said = [
      message,
      ...(changed.length === 0 ? [] : [`already changed: ${changed.join(', ')}`]),
      ...(open.length === 0 ? [] : [`may have been changed: ${open.join(', ')}`]),
    ];
    const next = nextStep(asked, commits);
    throw new MirrorError(name, said.join('; '), {
      hint: hint === undefined ? next : `${hint}; then ${next}`,
      ...{ cause, misuse },
    });
  }
}

/** A source that is set back, and a view that offers what was withdrawn meanwhile, say what became of the view. */
function tellsItself({ does }: OperationRequest, { name, misuse }: MirrorError): boolean {
  return name === 'Withdrawn' || (misuse && (does === 'view-create' || does === 'view-set'));
}

function viewsWith(commit: Commit, commits: Commits): string[] {
  return [...commits].filter(([, last]) => last === commit).map(([view]) => view);
}

function nextStep({ operation, plan }: Pick<Operation, 'operation' | 'plan'>, commits: Commits): string {
  const again = `run the same command again${plan === undefined ? '' : ', without --plan'}`;
  const [named = ''] = viewsNeeded(operation, []).changes;
  const last = commits.get(named);
  const isSame = 'allViews' in operation && operation.allViews && !choosesAnother(operation);
  if (last === undefined || last === 'overtaken' || isSame) return `${again}: it continues with the other views`;
  const history = `maas-mirror history ${named}`;
  if (last === 'tried')
    return `run maas-mirror repair, then look for the change: ${history}; only if it is missing, ${again}`;
  const warning = choosesAnother(operation)
    ? 'do not run the same command again: it would change another version; '
    : '';
  return `${warning}to see the change: ${history}; to finish it: maas-mirror repair`;
}

/** Whether the same command is about another version once it was carried out. */
function choosesAnother(operation: OperationRequest): boolean {
  const { does } = operation;
  if (does === 'rollback') return operation.to === undefined;
  return (does === 'remove' || does === 'restore') && operation.version === 'newest';
}
