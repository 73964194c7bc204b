import type { Duration } from 'aws-cdk-lib';
import { bootloadersRequest } from '../../job/job';
import { durationText } from '../../job/operations/duration';
import type { MirrorSelection } from '../choices/mirror-selection';
import type { MirrorView } from '../choices/mirror-view';
import type { Path } from '../refusals/property-path';
import { wholeMinutes } from './whole-minutes';

/** Where a view that is not built gets its versions, in the fields of `mirror.yaml`. */
export function sourceWords({ promote, from, select }: MirrorView, path: Path): object {
  return {
    ...(promote !== undefined && {
      promote: {
        ...promote,
        ...(promote.after !== undefined && { after: afterWord([...path, 'promote', 'after'], promote.after) }),
      },
    }),
    ...(from !== undefined && { from }),
    ...(select !== undefined && { select: select.map(partWords) }),
  };
}

const days = 9999;

function afterWord(path: Path, after: Duration): string {
  const range = { from: 0, to: days * 24 * 60, words: `0 minutes to ${days} days` };
  return durationText(wholeMinutes(path, after, range) * 60_000);
}

function partWords({ from, releases, bootloaders = false, architectures, flavours }: MirrorSelection): object {
  const limited = releases !== undefined;
  return {
    from,
    ...(limited && { releases: [...namesOf(releases), ...(bootloaders ? [bootloadersRequest] : [])] }),
    ...(architectures !== undefined && { architectures: namesOf(architectures) }),
    ...(flavours !== undefined && { flavours: flavours.map((one) => one.requestedName) }),
  };
}

const namesOf = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
