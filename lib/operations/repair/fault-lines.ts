import { MirrorError } from '../../errors';
import type { PlanLine } from '../../job/operations/outcome';
import type { LostPart } from '../../publication/restored/remains';
import { otherSource, sourceless } from '../verify/check-followed';
import type { Fault } from './faults';

/** What a repair does about a fault, and what moves then. */
export function linesOf(fault: Fault, view: string): readonly PlanLine[] {
  return [lineOf(fault, view), ...(fault.fault === 'restored' ? fault.moves : [])];
}

function lineOf(fault: Fault, view: string): PlanLine {
  switch (fault.fault) {
    case 'link':
      return { does: 'set', why: `${fault.folder} leads to the pool` };
    case 'unfollowed':
      return { does: 'set', why: `it follows ${fault.sources.join(', ')}` };
    case 'lost':
      if (fault.ends) return { does: 'set', why: endText(fault) };
      return { does: 'set', why: `rebuilt from what is left: ${fault.parts.join(', ')}` };
    case 'sourceless':
      return { does: 'leave out', why: sourceless({ view, state: fault.state }, fault.sources, fault.undeleted) };
    default:
      return { does: 'set', why: texts[fault.fault] };
  }
}

const texts: Readonly<Record<Exclude<Fault['fault'], 'link' | 'unfollowed' | 'lost' | 'sourceless'>, string>> = {
  unfinished: 'an interrupted change is finished',
  missing: 'the index that was published last is put back',
  'put back': 'the view was deleted: the index that was put back is removed again',
  tombstone: 'deleted.sjson is returned to what was written last',
  restored: 'the restored index is taken as a rollback',
  'no state': 'its first state is written',
  behind: 'index.json follows index.sjson',
};

function endText({ parts, followers }: Extract<Fault, { fault: 'lost' }>): string {
  const lost = parts.includes('index') ? 'its index is lost' : 'what it offered is lost, too';
  const then = followers.map((one) => `${one} follows it: then ${otherSource(one)}`);
  return [`deleted, since ${lost}`, ...then].join('; ');
}

/** Why a view is not repaired. */
export function failureLine({ message, hint }: MirrorError): PlanLine {
  return { does: 'leave out', why: hint === undefined ? message : `${message}; ${hint}` };
}

/** What is lost is only given up if that is asked for. */
export function lostError(view: string, parts: readonly LostPart[]): MirrorError {
  const ends = parts.includes('index') ? ', which deletes the view' : '';
  return new MirrorError('NoSuchObject', `${view} has lost: ${parts.join(', ')} (missing or changed)`, {
    hint: `restore the files that maas-mirror verify names, from a backup or another copy of the mirror; to go on without them${ends}: maas-mirror repair ${view} --forget-lost`,
  });
}

/** What is thrown once everything else was repaired. @param repaired names of the views that were */
export function failureOf(failures: readonly MirrorError[], repaired: readonly string[]): MirrorError | undefined {
  const [first, ...others] = failures;
  if (first === undefined || (others.length === 0 && repaired.length === 0)) return first;
  const said = [first, ...others].map(({ message }) => message).join('; ');
  const done = repaired.length === 0 ? '' : `; repaired: ${repaired.join(', ')}`;
  const hints = [...new Set([first, ...others].flatMap(({ hint }) => hint ?? []))];
  return new MirrorError(first.name, said + done, {
    ...(hints.length > 0 && { hint: hints.join('; ') }),
    ...{ cause: first, misuse: first.misuse },
  });
}
