import { MirrorError } from '../../errors';
import { commandLine } from '../../job/operations/commands';
import { fieldsOfKey } from '../../publication/state/product-key';
import type { ViewContent } from '../../publication/state/view-content';
import { byBytes } from '../../simplestreams/version-order';
import type { Asked } from '../plans/asked';
import { isOfRelease, productsIn, releaseOf } from '../plans/chosen-products';
import type { Planned } from '../plans/planned';

/**
 * The refusal of a promotion because what is named is held, with what else could be promoted by now: all of it by one command,
 * or each by its own.
 * @param plan the same promotion of something else, without this
 */
export function withOthers(
  held: MirrorError,
  request: Asked<'promote'>,
  from: ViewContent,
  plan: (request: Asked<'promote'>) => Planned,
): MirrorError {
  const { release, ...all } = request;
  if (release === undefined) return held;
  const whole = promotable(all, plan);
  const each = whole.length > 0 ? [] : eachOf(request, from, plan);
  const [names, commands] =
    whole.length > 0
      ? [whole, [promoteCommand(all)]]
      : [each.flatMap((one) => one.names), each.map(({ command }) => command)];
  if (names.length === 0) return held;
  const { name, message, hint = '' } = held;
  const others = [...new Set(names)].sort(byBytes).join(', ');
  return new MirrorError(name, message, {
    hint: `${hint}; or promote what is not held (${others}): ${commands.join('; ')}`,
    cause: held,
  });
}

/** The architectures of the release that is named, and the other releases. */
function eachOf(
  request: Asked<'promote'>,
  from: ViewContent,
  plan: (request: Asked<'promote'>) => Planned,
): { readonly names: readonly string[]; readonly command: string }[] {
  const { release: named, architectures } = request;
  const products = productsIn(from).map(({ product }) => product);
  const own = products.filter((product) => isOfRelease(product, named)).map(({ arch = '' }) => arch);
  const meant = architectures.length === 0 ? own : own.filter((arch) => architectures.includes(arch));
  const others = products.filter((product) => !isOfRelease(product, named)).map(releaseOf);
  const requests = [
    ...[...new Set(meant)].sort(byBytes).map((arch) => ({ ...request, architectures: [arch] })),
    ...[...new Set(others)].sort(byBytes).map((release) => ({ ...request, release })),
  ];
  return requests.flatMap((one) => {
    const names = promotable(one, plan);
    return names.length === 0 ? [] : [{ names, command: promoteCommand(one) }];
  });
}

/** What a promotion would offer: `noble amd64`, `bootloaders`. Nothing if it would be refused. */
function promotable(request: Asked<'promote'>, plan: (request: Asked<'promote'>) => Planned): string[] {
  const planned = unlessMissing(() => plan(request));
  if (planned === undefined || planned.refusal !== undefined) return [];
  const offers = planned.views.flatMap(({ lines }) => lines.filter(({ does }) => does === 'offer'));
  return [...new Set(offers.map(({ product = '' }) => groupOf(product)))];
}

function groupOf(key: string): string {
  const product = fieldsOfKey(key);
  const isLoader = product['bootloader-type'] !== undefined;
  return isLoader ? releaseOf(product) : `${releaseOf(product)} ${product.arch}`;
}

/** Another release may lack the flavours that were named. */
function unlessMissing(plan: () => Planned): Planned | undefined {
  try {
    return plan();
  } catch (error) {
    if (error instanceof MirrorError && error.name === 'NoSuchVersion') return undefined;
    throw error;
  }
}

/** The conditions of a promotion that were given stay. */
function promoteCommand(request: Asked<'promote'>): string {
  const { from, to, release, after, require, checksWaived, waived, ...scope } = request;
  const options = [
    ...(after === undefined ? [] : ['--after', after]),
    ...(require.length === 0 ? [] : ['--require', require.join(',')]),
    ...(checksWaived === undefined ? [] : ['--waive-checks', checksWaived]),
    ...(waived === undefined ? [] : ['--waive-boot-test', waived]),
  ];
  return commandLine(['promote', from, to, ...(release === undefined ? [] : [release]), ...options], scope);
}
