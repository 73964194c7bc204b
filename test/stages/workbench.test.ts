import { expect, it } from 'vitest';
import { made } from '../../lib/job/layout';
import { handOnJson, takeUp } from '../../lib/stages/workbench';
import { DirectoryStore } from '../../lib/store/directory/directory';
import { temporaryFolder } from '../fixtures/temporary-folder';

it('what is taken up has a file name of its own, without the folder of the execution, which mounts would show', async () => {
  const [store, scratch] = [new DirectoryStore(temporaryFolder()), temporaryFolder()];
  const files: string[] = [];
  for (const stage of ['fetch', 'upgrade']) {
    const key = made.manifest(`runs/run-1-0123456789abcdef/amd64/${stage}/1`);
    await handOnJson({ store }, key, { stage });
    files.push(await takeUp({ store, scratch }, key));
  }

  expect(new Set(files).size).toBe(2);
  expect(files.join()).not.toContain('0123456789abcdef');
});
