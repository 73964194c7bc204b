import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exception } from './exceptions';
import { findTwice, type Run, type Twice } from './find-twice';

const folders = ['lib', 'bin', 'bench', 'test'];

/** The TypeScript files of this project, by path. */
export function sourcesIn(root: string): Map<string, string> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  return new Map(
    files.filter((file) => /\.m?ts$/.test(file)).map((file) => [file, readFileSync(join(root, file), 'utf8')]),
  );
}

/** What is in two places without a reason, and reasons that have nothing any more, a paragraph each. */
export async function twiceFaults(
  sources: ReadonlyMap<string, string>,
  exceptions: readonly Exception[],
): Promise<string[]> {
  const equal = await findTwice(sources, 'text');
  const alike = (await findTwice(sources, 'shape')).filter((one) => !equal.some((other) => overlap(other, one)));
  const found = [...equal, ...alike];
  const used = new Set<Exception>();
  const left = found.filter((twice) => {
    const reasons = exceptions.filter((exception) => isMeant(exception, twice));
    for (const reason of reasons) used.add(reason);
    return reasons.length === 0;
  });
  return [
    ...left.map((twice) => told(twice, equal.includes(twice))),
    ...exceptions.filter((exception) => !used.has(exception)).map(toldUnused),
  ];
}

/** Lines that are equal are often followed by some that are alike. */
function overlap(equal: Twice, alike: Twice): boolean {
  return meet(equal.first, alike.first) && meet(equal.second, alike.second);
}

function meet(one: Run, other: Run): boolean {
  return one.file === other.file && startOf(one) <= endOf(other) && startOf(other) <= endOf(one);
}

function isMeant({ files: [one, other], line }: Exception, { first, second }: Twice): boolean {
  if ([one, other].sort().join() !== [first.file, second.file].sort().join()) return false;
  return [first, second].some(({ lines }) => lines[0]?.text === line);
}

function told({ first, second }: Twice, isEqual: boolean): string {
  const [is, but] = isEqual ? ['stand', ''] : ['stand in the same shape', ' with other names, strings or numbers'];
  const line = first.lines[0]?.text;
  return [
    `${first.lines.length} lines ${is} twice${but}: ${placeOf(first)} and ${placeOf(second)}`,
    `  from: ${line}`,
    '  Let one of them serve both. If they only look alike, list them with the reason in test/house/twice/exceptions.ts:',
    `  { files: ['${first.file}', '${second.file}'], line: ${JSON.stringify(line)}, reason: '…' },`,
  ].join('\n');
}

function placeOf(run: Run): string {
  return `${run.file}:${startOf(run)}-${endOf(run)}`;
}

function startOf({ lines }: Run): number {
  return lines[0]?.line ?? 0;
}

function endOf({ lines }: Run): number {
  return lines.at(-1)?.line ?? 0;
}

function toldUnused({ files, line }: Exception): string {
  return [
    `An exception is used no more: ${files.join(' and ')} do not share a run of lines from`,
    `  ${line}`,
    '  Take it out of test/house/twice/exceptions.ts, or correct its files or its first line.',
  ].join('\n');
}
