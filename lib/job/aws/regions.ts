/**
 * Regions of partitions that do not support a site: GovCloud and the isolated partitions have no CloudFront, and CloudFront
 * in China has no functions, KeyValueStores or managed policies.
 */
const withoutSites = /^(us-gov|cn|[a-z]+-iso[a-z]?)-/;

/** Whether the CloudFront of a region's partition can serve a mirror. */
export function canHaveSite(region: string): boolean {
  return !withoutSites.test(region);
}
