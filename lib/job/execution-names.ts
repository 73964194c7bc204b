import type { BuildRequest } from './build-request';

/** Address of the mirror for Plan and Publish: `s3://bucket` or a directory. */
export const mirrorStoreVariable = 'MIRROR_STORE';

/** The limit of Step Functions. */
const longest = 80;

/**
 * Name of an execution: `<release>-<yyyymmddThhmmss>-<inputhash8>`, UTC. The same request in the same second gets the same
 * name, so that Step Functions starts it once.
 * @param attempt 2, 3, … if the name is taken; appended as `-2`. @default - none
 */
export function executionName(request: BuildRequest, at: Date, attempt?: number): string {
  const time = timeOf(at);
  const tail = [time, hash8(canonical(request)), ...(attempt === undefined ? [] : [attempt])].join('-');
  const release = request.release.replace(/[^a-z0-9.-]/g, '').slice(0, longest - tail.length - 1);
  return `${release}-${tail}`;
}

/** Name of a probe execution: `probe-x86-<yyyymmddThhmmss>`. */
export function probeName(target: string, at: Date, attempt?: number): string {
  return ['probe', target, timeOf(at), ...(attempt === undefined ? [] : [attempt])].join('-');
}

/** Seconds, UTC: `20261120T104500`. */
const timeOf = (at: Date) => at.toISOString().replace(/[-:]|\.\d+Z$/g, '');

/** Whether an execution of this name is for this request, whenever it started. */
export function isNameOf(name: string, request: BuildRequest): boolean {
  return new RegExp(`^${request.release}-\\d{8}T\\d{6}-${hash8(canonical(request))}(-\\d+)?$`).test(name);
}

/** JSON in which the order of an object's fields makes no difference. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** FNV-1a, 32 bits: enough to tell requests of one second apart, and this room imports no hash function. */
function hash8(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
