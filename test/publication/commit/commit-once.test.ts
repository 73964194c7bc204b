import { describe, expect, it } from 'vitest';
import { type ErrorName, MirrorError } from '../../../lib/errors';
import { commitOnce } from '../../../lib/publication/commit/commit-once';

/** What the press is told of a commit that ends like this, and how it ends. */
async function told(write: () => Promise<unknown>) {
  const commits: string[] = [];
  const end = await commitOnce('lab', { onCommit: (view, commit) => commits.push(`${view} ${commit}`) }, write).catch(
    (error: MirrorError) => error.name,
  );
  return [...commits, end];
}

const failing = (name: ErrorName) => () => Promise.reject(new MirrorError(name, 'the disk'));

describe('a commit', () => {
  it('is told before and after', async () => {
    expect(await told(async () => undefined)).toEqual(['lab tried', 'lab made', true]);
  });

  it('that is not made because something else is there may not be taken for one that may have been', async () => {
    expect(await told(failing('PreconditionFailed'))).toEqual(['lab tried', 'lab overtaken', false]);
    expect(await told(failing('ChecksumMismatch'))).toEqual(['lab tried', 'lab overtaken', 'ChecksumMismatch']);
  });

  it('whose answer is lost may have been made', async () => {
    expect(await told(failing('StoreFailed'))).toEqual(['lab tried', 'StoreFailed']);
  });
});
