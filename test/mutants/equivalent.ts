import type { Change } from './made/changes';

/** A change that no test can notice, since the program does the same with it. */
export interface Equivalent {
  readonly file: string;
  /** The line that the change begins in, without what it is indented by: the same text may stand in the file twice. */
  readonly line: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: 'lib/job/sources/credentials.ts',
    line: "const [, scheme = '', userinfo, rest = ''] = /^([a-z]+:\\/\\/)([^/]*)@([^/]*(?:\\/.*)?)$/i.exec(uri) ?? [];",
    original: "''",
    replacement: '"Stryker was here!"',
    reason:
      'each group takes part in every match, and without a match the next line returns: the defaults are for the compiler',
  },
  {
    file: 'lib/simplestreams/same-json.ts',
    line: 'if (one === other) return true;',
    original: 'one === other',
    replacement: 'false',
    reason: 'it only spares the comparison of an object with itself, which says the same',
  },
  {
    file: 'lib/publication/commit/follow-index.ts',
    line: "return plainIndexOf(index, (contentId) => paths.get(contentId) ?? '');",
    original: "''",
    replacement: '"Stryker was here!"',
    reason: 'the paths are of every content id of this index: the default is for the compiler',
  },
  {
    file: 'lib/publication/commit/move-index.ts',
    line: "return { document, path: sealed.get(id)?.sjson.path ?? published.get(id)?.path ?? '' };",
    original: "''",
    replacement: '"Stryker was here!"',
    reason: 'what is not sealed was published, and has a path: the default is for the compiler',
  },
  {
    file: 'lib/operations/verify/check-view.ts',
    line: "return plainIndexOf(index, (id) => paths.get(id) ?? '');",
    original: "''",
    replacement: '"Stryker was here!"',
    reason: 'the line before returns where a content id has no path: the default is for the compiler',
  },
  {
    file: 'lib/operations/held-releases.ts',
    line: 'if (newest === undefined) return [];',
    original: 'newest === undefined',
    replacement: 'false',
    reason: 'a group has a row: the condition is for the compiler',
  },
  {
    file: 'lib/store/s3/s3.ts',
    line: 'const stream = createReadStream(body.file, { highWaterMark: 256 * 1024 });',
    original: '{ highWaterMark: 256 * 1024 }',
    replacement: '{}',
    reason: 'how many bytes are read at once: the same come, a little more slowly',
  },
];

export function isListed(change: Change, list: readonly Equivalent[]): boolean {
  return list.some((entry) => isSame(entry, change));
}

/** Entries that stand for no change any more: the code has moved on. */
export function outdatedIn(list: readonly Equivalent[], changes: readonly Change[]): Equivalent[] {
  return list.filter((entry) => !changes.some((change) => isSame(entry, change)));
}

function isSame(entry: Equivalent, change: Change): boolean {
  return (['file', 'line', 'original', 'replacement'] as const).every((field) => entry[field] === change[field]);
}
