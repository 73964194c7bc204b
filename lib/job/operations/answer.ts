import { type ErrorName, MirrorError } from '../../errors';
import { checked } from '../checked';
import { Operation, OperationRequest, operationNeeds } from './operation';
import type { OperationOutcome, ViewOutcome } from './outcome';

/** Why an operation was not carried out, where that is no failure of the function: its caller can do something about it. */
interface Refused {
  readonly name: ErrorName;
  readonly message: string;
  readonly hint?: string;
  readonly misuse: boolean;
}

/** What a function answers. */
export type OperationAnswer = OperationOutcome | { readonly refused: Refused };

/**
 * The operation that a function is asked for.
 * @throws NotSupported for an operation of a newer release; BadInput (misuse) naming the field
 */
export function operationOf(event: unknown): Operation {
  const { needs, operation } = (event ?? {}) as {
    readonly needs?: unknown;
    readonly operation?: { readonly does?: unknown };
  };
  const unknown = (Array.isArray(needs) ? needs : []).filter((need) => !known.includes(String(need)));
  const does = String(operation?.does);
  const isKnown = OperationRequest.options.some((option) => option.shape.does.value === does);
  if (isKnown && unknown.length === 0) return checked(Operation, event, 'the operation', 'see maas-mirror --help');
  const what = isKnown ? `what ${unknown.join(', ')} stands for` : `the operation ${JSON.stringify(does)}`;
  throw new MirrorError('NotSupported', `the functions of this stack do not know ${what}`, {
    hint: 'the command is of another release: redeploy the stack with that release, or use the release of the stack',
  });
}

const known: readonly string[] = operationNeeds;

/** Errors by which an operation is refused because of what was asked, or of what operators decided. */
const refusals: readonly ErrorName[] = [
  ...(['Held', 'Withdrawn', 'NotAttested', 'NotBooted', 'PlanChanged', 'NotSupported'] as const),
  ...(['NoSuchVersion', 'NoSuchView'] as const),
];

/** @returns undefined if it is a failure, which alarms are about */
export function refusalOf(error: unknown): { readonly refused: Refused } | undefined {
  if (!(error instanceof MirrorError)) return undefined;
  const { name, message, hint, misuse } = error;
  if (!misuse && !refusals.includes(name) && name !== 'ContractBroken') return undefined;
  return { refused: { name, message, misuse, ...(hint !== undefined && { hint }) } };
}

/** The error that a caller throws. */
export function errorOfRefusal({
  refused: { name, message, hint, misuse },
}: {
  readonly refused: Refused;
}): MirrorError {
  return new MirrorError(name, message, { misuse, ...(hint !== undefined && { hint }) });
}

/** Lambda answers with at most 6 MB. */
const longestAnswer = 5_500_000;
const mostLines = 2000;

/** An outcome that fits into an answer: otherwise each view has its first lines only, and the number of the others. */
export function answerable(outcome: OperationOutcome): OperationOutcome {
  if (JSON.stringify(outcome).length <= longestAnswer) return outcome;
  const most = Math.max(1, Math.floor(mostLines / outcome.views.length));
  return {
    ...outcome,
    views: outcome.views.map((view) => cut(view, most)),
    remarks: outcome.remarks.slice(0, mostLines),
  };
}

function cut(view: ViewOutcome, most: number): ViewOutcome {
  const left = view.lines.length - most;
  return left <= 0 ? view : { ...view, lines: view.lines.slice(0, most), more: left };
}
