import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

const fixture = (name: string) => `test/fixtures/${name}.ts`;

/** What `npm run test:fast` leaves out. */
export const slowTests = (root: string) =>
  testsReaching(['needs-root', 'needs-seconds', 'needs-minutes'].map(fixture), root);

/** What has a command of its own, `npm run test:long`. */
export const longTests = (root: string) => testsReaching([fixture('needs-minutes')], root);

/** Test files, relative to the repository, that reach one of the markers by what they import below test/. */
function testsReaching(markers: readonly string[], root: string): string[] {
  const sources = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `test/${path}`);
  const imports = new Map(sources.map((source) => [source, importsOf(root, source)]));
  const known = new Map<string, boolean>(markers.map((marker) => [marker, true]));
  const reaches = (source: string): boolean => {
    const found = known.get(source);
    if (found !== undefined) return found;
    known.set(source, false); // a circle of imports ends here
    const needs = (imports.get(source) ?? []).some(reaches);
    known.set(source, needs);
    return needs;
  };
  return sources.filter((source) => source.endsWith('.test.ts') && reaches(source)).sort();
}

function importsOf(root: string, source: string): string[] {
  const text = readFileSync(join(root, source), 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?'(\.[^']*)';/gm)].map(([, name = '']) => {
    const path = normalize(join(source, '..', name));
    return existsSync(join(root, `${path}.ts`)) ? `${path}.ts` : `${path}/index.ts`;
  });
}
