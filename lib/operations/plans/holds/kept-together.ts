import type { MirrorError } from '../../../errors';
import { commandLine } from '../../../job/operations/commands';
import { highest } from '../../../publication/state/highest';
import type { ViewContent } from '../../../publication/state/view-content';
import { byBytes, sortsAbove } from '../../../simplestreams/version-order';
import type { Asked } from '../asked';
import { type ChosenProduct, nameOf, releaseOf } from '../chosen-products';
import { namesOf } from '../chosen-versions';
import { takingBack } from '../moved';
import type { MirrorContent } from '../planned';
import { refusedNewest, refusedRoots } from '../refused-documents';
import { leavingAbove } from './leaving-above';

type Marks = Pick<MirrorContent, 'withdrawn'>;

/** Why a hold at this version is refused, if flavours would get several roots; the hint is a hold that would not be. */
export function refusedHalves(
  content: ViewContent,
  documents: ViewContent['documents'],
  products: readonly ChosenProduct[],
  kept: string,
  request: Asked<'hold'>,
  mirror: Marks,
): MirrorError | undefined {
  if (refusedRoots(content, documents, '') === undefined) return undefined;
  return refusedRoots(content, documents, keptTogether(content, products, kept, request, mirror));
}

/**
 * The lowest version above with which all keep one root, and all that is the newest then has booted. If there is none, what is
 * offered now, with what of it has not booted.
 */
function keptTogether(
  content: ViewContent,
  products: readonly ChosenProduct[],
  kept: string,
  { view, architectures, flavours }: Asked<'hold'>,
  mirror: Marks,
): string {
  const names = products.flatMap(({ product }) => namesOf(product)).filter((name) => sortsAbove(name, kept));
  const fit = [...new Set(names)].sort(byBytes).filter((name) => {
    const leaving = products.flatMap((one) => leavingAbove(name, one));
    const left = takingBack(content.documents, new Map(leaving.map(({ id, names }) => [id, new Set(names)])));
    return (refusedRoots(content, left, '') ?? refusedNewest(content, left, mirror)) === undefined;
  });
  const at = fit.find((name) => untestedAt(name, products).length === 0) ?? fit.at(-1);
  if (at === undefined) return 'name all flavours, or a version of which all have the root';
  const release = releaseOf(products[0]?.product ?? { versions: {} });
  const command = commandLine(['hold', view, release, '--at', at], { architectures, flavours });
  return `${[`hold at ${at}`, ...untestedAt(at, products)].join(', ')}: ${command}`;
}

/** What is the newest then and was not boot-tested; bootloaders have no boot test of their own. */
function untestedAt(at: string, products: readonly ChosenProduct[]): string[] {
  const images = products.filter(({ product }) => product['bootloader-type'] === undefined);
  return images.flatMap(({ product }) => {
    const name = highest(namesOf(product).filter((one) => !sortsAbove(one, at)));
    const version = name === undefined ? undefined : product.versions[name];
    if (version === undefined || version.gate === 'passed') return [];
    return [`where ${nameOf(product)} ${name} was not boot-tested (${version.gate ?? 'unknown'})`];
  });
}
