import type { Product } from '../types';

/**
 * What MAAS calls the kernel of a product: `ga-24.04`, `hwe-24.04-lowlatency-edge`, `generic-lpae`. It appends the flavour
 * only to subarches with `ga-` or `hwe-`, so all other products of a subarch become one (facts: MAAS 3.8,
 * maasservicelayer/builders/bootresources.py).
 */
export function maasKernelName({ subarch = '', kflavor = 'generic' }: Pick<Product, 'subarch' | 'kflavor'>): string {
  if (kflavor === 'generic' || kflavor === subarch || !/ga-|hwe-/.test(subarch)) return subarch;
  return subarch.endsWith('-edge') ? subarch.replace(/-edge$/, `-${kflavor}-edge`) : `${subarch}-${kflavor}`;
}
