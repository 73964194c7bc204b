import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files of the repository as they stand here, committed or not; without what git ignores. */
export function filesOf(root: string): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root });
  const files = listed
    .toString()
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
  return [...new Set(files)].sort();
}

/** The programs that are changed, by their paths. */
export function programsOf(root: string, files: readonly string[]): Map<string, string> {
  const programs = files.filter((file) => /^(lib|bin)\/.*\.ts$/.test(file));
  return new Map(programs.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

export function digestOf(root: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}
