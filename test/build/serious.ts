import type { Problem } from '../../lib/operations/verify/problem';

/**
 * Whether readers of index.sjson, as MAAS is one, stumble over it. index.json and its signature are two objects, which
 * follow one after the other: the next publication completes what this one has left.
 */
export function isSerious({ object, rule, message }: Problem): boolean {
  if (/^[^/]+\/streams\/v1\/index\.json(\.gpg)?$/.test(object)) {
    return rule !== 'behind' && !message.endsWith('if a publication was interrupted, the next one repairs it');
  }
  return rule !== 'unfinished';
}
