import { bootloaderContentId } from '../../../../lib/catalog/bootloaders';
import { readView } from '../../../../lib/publication/read-view';
import type { Products } from '../../../../lib/simplestreams/types';
import type { PublishBench } from '../../../../lib/stages/publish';
import { type PublishedBootloaders, publishBootloaders } from '../../../../lib/stages/publish-bootloaders';
import type { Store } from '../../../../lib/store/store';
import { type BuiltLoadersOptions, makeBuiltLoaders } from '../../../fixtures/mirrors/built-loaders';
import type { SmallPress } from '../../../publication/made/small-press';

interface Run extends Partial<BuiltLoadersOptions> {
  readonly view?: string;
  readonly inputs?: string;
  readonly rebuild?: boolean;
}

let runsMade = 0;

/** Publishes what a build of the bootloaders may hand on; the execution has a name of its own unless one is given. */
export async function publishLoaders(
  press: SmallPress<Store>,
  run: Run = {},
  changes: Partial<PublishBench> = {},
): Promise<PublishedBootloaders> {
  const { view = 'candidate', inputs = '', rebuild = false, execution = `run-${++runsMade}`, ...rest } = run;
  const made = await makeBuiltLoaders(press.work, { execution, ...rest });
  return publishBootloaders({ view, execution, inputs, rebuild, ...made }, { ...press, ...changes });
}

/** The view's document of bootloaders. */
export async function loadersOf(press: SmallPress<Store>, view = 'candidate'): Promise<Products | undefined> {
  return (await readView(view, press)).documents.get(bootloaderContentId(view))?.document;
}
