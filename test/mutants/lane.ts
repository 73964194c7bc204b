import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { laneMark, reachFolder, type Switch, switchFile } from './made/switch-text';

/** A copy of the repository in which one change at a time is made and tried. */
export interface Lane {
  readonly folder: string;
  /** Where its tests make their temporary folders. */
  readonly temporary: string;
}

/** Every test file of a lane runs it, after what every configuration of vitest names. */
export const laneSetup = '.lane-setup.ts';

/**
 * The cost of a file is the time of a processor that it and the programs that it waited for took: wall time depends on
 * what else this machine does. Fields of /proc/PID/stat: proc(5); a tick is a hundredth of a second.
 */
const setupText = `import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll } from 'vitest';
afterAll(() => {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  writeFileSync(${JSON.stringify(`${laneMark}/.cost`)}, String(10 * ticks));
  globalThis.changeSwitch_9fa48?.write();
});
`;

/**
 * Makes the copies. Their sources are as in the repository, so that tests that read them find what they know; what
 * vitest loads is changed on its way (`suite.ts`), what is built is built from the changed sources here, once.
 * @param switched texts of the programs with all changes in them
 * @param temporaries one folder for each lane
 * @param build makes `dist` in a folder that holds the changed programs
 */
export async function makeLanes(
  root: string,
  place: string,
  files: readonly string[],
  switched: ReadonlyMap<string, string>,
  temporaries: readonly string[],
  build: (folder: string) => Promise<void>,
): Promise<Lane[]> {
  const changed = join(place, 'changed');
  await rm(changed, { recursive: true, force: true });
  await copyTree(root, changed, files);
  for (const [file, text] of switched) await writeFile(join(changed, file), text);
  await build(changed);

  return Promise.all(
    temporaries.map(async (temporary, index) => {
      const folder = join(place, `lane-${index}`);
      await rm(folder, { recursive: true, force: true });
      await copyTree(root, folder, files);
      await writeFile(join(folder, laneSetup), setupText.replaceAll(laneMark, folder));
      await mkdir(join(folder, reachFolder));
      await chmod(join(folder, reachFolder), 0o777); // programs that run as somebody else write there, too
      await copyBuilt(join(changed, 'dist'), join(folder, 'dist'), folder);
      return { folder, temporary };
    }),
  );
}

export async function setSwitch({ folder }: Lane, told: Switch): Promise<void> {
  await writeFile(join(folder, switchFile), JSON.stringify(told));
}

/** Milliseconds of a processor that the last test file took. @default Infinity - it did not come to its end */
export async function takeCost({ folder }: Lane): Promise<number> {
  const file = join(folder, '.cost');
  if (!existsSync(file)) return Number.POSITIVE_INFINITY;
  const cost = Number(await readFile(file, 'utf8'));
  await rm(file);
  return cost;
}

/** What all processes since the last call reached, added up. */
export async function takeReached({ folder }: Lane): Promise<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const name of await readdir(join(folder, reachFolder))) {
    const file = join(folder, reachFolder, name);
    if (name.endsWith('.json')) {
      const hits = JSON.parse(await readFile(file, 'utf8')) as Record<string, number>;
      for (const [id, times] of Object.entries(hits)) sum[id] = (sum[id] ?? 0) + times;
    } // else a process was killed while it wrote
    await rm(file);
  }
  return sum;
}

async function copyTree(root: string, folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file), { verbatimSymlinks: true });
  }
  for (const name of ['node_modules', '.cache']) await symlink(join(root, name), join(folder, name));
}

/** Runs the build of the copy itself. */
export async function buildAll(folder: string): Promise<void> {
  execFileSync(process.execPath, [join(folder, 'bin/build.mts')], { cwd: folder, stdio: 'inherit' });
}

async function copyBuilt(from: string, to: string, lane: string): Promise<void> {
  if (!existsSync(from)) return;
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const [source, target] = [
      join(entry.parentPath, entry.name),
      join(to, entry.parentPath.slice(from.length), entry.name),
    ];
    await mkdir(dirname(target), { recursive: true });
    await cp(source, target);
    if (!entry.name.endsWith('.js')) continue;
    await writeFile(target, (await readFile(source, 'utf8')).replaceAll(laneMark, lane));
  }
}
