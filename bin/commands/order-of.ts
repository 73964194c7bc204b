import { architectures } from '../../lib/catalog/architectures';
import { architecturesOf, checkArchitecture } from '../../lib/catalog/kernels';
import { releaseOf } from '../../lib/catalog/releases';
import { MirrorError } from '../../lib/errors';
import { checked } from '../../lib/job/checked';
import { type AptSource, Order } from '../../lib/job/order';
import { planOf } from '../../lib/job/plan';

/** What `maas-mirror build` is told about one release, as commander hands it over. */
export interface OrderOptions {
  readonly view?: string;
  readonly arch?: string;
  readonly kernel?: string;
  readonly optionalKernel?: string;
  readonly archive?: string;
  readonly archiveKeyring?: string;
  readonly base?: string;
  readonly rebuild?: boolean;
}

/**
 * The order that the options mean; what cannot be built is refused here, before anything is installed or started.
 * @throws UnknownRelease, UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse)
 */
export function orderOf(release: string, options: OrderOptions, machine: string): Order {
  const { family } = releaseOf(release);
  const order = checked(
    Order,
    {
      release,
      architectures: options.arch === undefined ? [ownArchitecture(release, machine)] : wordsOf(options.arch),
      ...kernelsFrom(options),
      view: options.view ?? 'candidate',
      rebuild: options.rebuild ?? false,
      base: options.base ?? '',
      sources: archiveFrom(release, options),
    },
    'what was asked for',
  );
  planOf(order, 'check');
  if (family === 'ubuntu' && order.base === '') {
    throw new MirrorError('NotSupported', `there is no cloud-image source for ${release} yet`, {
      hint: 'give its squashfs with --base FILE, or build bookworm, which needs no image to start from',
      misuse: true,
    });
  }
  return order;
}

/** `--kernel ga,hwe` */
function wordsOf(list: string): string[] {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function kernelsFrom({ kernel, optionalKernel }: OrderOptions): Pick<Order, 'kernels'> | Record<string, never> {
  if (kernel === undefined && optionalKernel === undefined) return {};
  return { kernels: { required: wordsOf(kernel ?? ''), optional: wordsOf(optionalKernel ?? '') } };
}

function archiveFrom(release: string, { archive, archiveKeyring }: OrderOptions): AptSource[] {
  if (archive !== undefined) {
    return [{ uri: archive, suite: release, components: ['main'], ...(archiveKeyring && { keyring: archiveKeyring }) }];
  }
  if (archiveKeyring === undefined) return [];
  throw new MirrorError('BadInput', `--archive-keyring ${archiveKeyring} is given without --archive`, {
    hint: 'the keyring is for the archive that --archive names',
    misuse: true,
  });
}

/** @param machine what `uname -m` says */
function ownArchitecture(release: string, machine: string): string {
  const own = architectures.find((one) => one.machine === machine)?.name;
  if (own !== undefined && architecturesOf(release).includes(own)) return own;
  checkArchitecture(release, own ?? machine);
  return own ?? machine;
}
