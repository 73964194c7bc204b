import { bootloadersRequest } from '../../lib/job/job';
import { maasKernelName } from '../../lib/simplestreams/contract/maas-kernel-name';

/** A product by the words that people use. */
export interface ProductWords {
  /** `noble amd64`, or `bootloaders`. */
  readonly group: string;
  /** `hwe-24.04-edge`; of a bootloader `pxelinux i386`. */
  readonly name: string;
  /** `noble`, or `bootloaders`. */
  readonly release: string;
}

/** The words of a product's key: `ubuntu/noble/amd64/ga-24.04/generic`, or of a bootloader `pxelinux/pxe/i386`. */
export function wordsOfKey(key: string): ProductWords {
  const [os = '', release = '', arch = '', subarch = '', kflavor = ''] = key.split('/');
  if (subarch === '') return { group: bootloadersRequest, name: `${os} ${arch}`, release: bootloadersRequest };
  return { group: `${release} ${arch}`, name: maasKernelName({ subarch, kflavor }), release };
}

/** `noble amd64`, or `noble amd64, arm64` and so on: the groups of products, each once. */
export function groupsOfKeys(keys: readonly string[]): string {
  const groups = [...new Set(keys.map((key) => wordsOfKey(key).group))];
  const byRelease = Map.groupBy(groups, (group) => group.split(' ')[0] ?? '');
  return [...byRelease]
    .map(([release, some]) => [release, some.flatMap((group) => group.split(' ').slice(1)).join(',')].join(' ').trim())
    .join(', ');
}
