/**
 * Regions of partitions where a site cannot be made: GovCloud and the isolated ones have no CloudFront, China's has no
 * functions, KeyValueStores or managed policies.
 */
const withoutSites = /^(us-gov|cn|[a-z]+-iso[a-z]?)-/;

/** Whether the CloudFront of a region's partition can serve a mirror. */
export function canHaveSite(region: string): boolean {
  return !withoutSites.test(region);
}
