import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** A folder with this mirror.yaml, or with nothing. */
export function folderWith(yaml?: string): string {
  const folder = temporaryFolder();
  if (yaml !== undefined) writeFileSync(join(folder, 'mirror.yaml'), yaml);
  return folder;
}
