import { mkdtemp, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { type Mounted, mounted } from './mounts';

/** Programs of another machine that this one is to run. */
export interface Emulation {
  /** dpkg's word for them, for messages: `arm64` */
  readonly architecture: string;
  /** The static binary that runs them: `qemu-aarch64-static` */
  readonly interpreter: string;
}

/**
 * Lets this machine run programs of another one, in chroots too, until its scope ends: where no such interpreter is
 * registered with the kernel, the one that the machine's packages describe gets registered.
 *
 * Everybody mounts binfmt_misc for himself, and nobody in /proc: there it may be missing (containers, a machine without
 * systemd, a stage's own /proc), or go with somebody else's mount namespace. Since Linux 6.7 the last unmount also
 * drops what is registered, so that an own mount is what keeps it while others come and go.
 *
 * @param scratch where the mount point may be made
 * @throws MissingTool with what to install
 */
export async function emulate(emulation: Emulation, scratch: string): Promise<AsyncDisposable> {
  const kernel = await mountBinfmt(scratch, emulation);
  try {
    const rule = registrationOf(emulation, await entriesIn(kernel.path), await machineRules());
    if (rule !== undefined) await register(kernel.path, rule, emulation);
    return kernel;
  } catch (error) {
    await kernel[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the kernel says of its interpreters, by name, and what packages say, line by line. */
type Entries = Readonly<Record<string, string>>;

/**
 * Decides what has to be registered.
 * @param entries texts of the files of binfmt_misc, by name
 * @param rules lines of binfmt.d: `:name:M:offset:magic:mask:interpreter:flags`
 * @returns the line for the kernel; undefined where it has an interpreter already
 * @throws MissingTool
 */
export function registrationOf(emulation: Emulation, entries: Entries, rules: readonly string[]): string | undefined {
  const name = entryName(emulation);
  if ([name, ownName(name)].some((one) => reachesIntoChroots(entries[one] ?? ''))) return undefined;

  const rule = rules.map(fieldsOf).find((fields) => fields[0] === name && fields.at(-1)?.includes('F'));
  // An entry of that name is there, but disabled or without F: ours comes beside it, and the newest counts.
  if (rule !== undefined) return `:${[ownName(name), ...rule.slice(1)].join(':')}`;
  throw missing(emulation, `nothing in ${ruleFolders.join(', ')} says how to register ${name} with the flag F`);
}

/** Debian, Ubuntu and the containers that others register interpreters with all call the entry so: `qemu-aarch64`. */
function entryName({ interpreter }: Emulation): string {
  return interpreter.replace(/-static$/, '');
}

function ownName(name: string): string {
  return `maas-mirror-${name}`;
}

/** The flag F: the kernel has opened the interpreter already, so that it need not lie in the chroot. */
function reachesIntoChroots(entry: string): boolean {
  return /^enabled$/m.test(entry) && /^flags: \w*F/m.test(entry);
}

function fieldsOf(rule: string): string[] {
  return rule.slice(1).split(rule.charAt(0));
}

const ruleFolders = ['/etc/binfmt.d', '/run/binfmt.d', '/usr/lib/binfmt.d'];

async function machineRules(): Promise<string[]> {
  const texts: string[] = [];
  for (const folder of ruleFolders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names) texts.push(await readFile(join(folder, name), 'utf8').catch(() => ''));
  }
  return texts.flatMap((text) => text.split('\n')).filter((line) => /^[^#;\s]/.test(line));
}

async function entriesIn(path: string): Promise<Entries> {
  const names = await readdir(path);
  // One that was listed may be gone by now, and `register` cannot be read.
  const read = async (name: string) => [name, await readFile(join(path, name), 'utf8').catch(() => '')] as const;
  return Object.fromEntries(await Promise.all(names.map(read)));
}

async function mountBinfmt(scratch: string, emulation: Emulation): Promise<Mounted> {
  const path = await mkdtemp(join(scratch, 'binfmt-'));
  try {
    const mount = await mounted(['mount', '-t', 'binfmt_misc', 'binfmt_misc', path], path);
    return {
      path,
      async [Symbol.asyncDispose]() {
        await mount[Symbol.asyncDispose]();
        await rmdir(path);
      },
    };
  } catch (error) {
    throw missing(emulation, (error as Error).message, error);
  }
}

async function register(path: string, rule: string, emulation: Emulation): Promise<void> {
  try {
    await writeFile(join(path, 'register'), rule);
  } catch (error) {
    // Another stage was quicker.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw missing(emulation, `the kernel refuses ${rule}: ${(error as Error).message}`, error);
  }
}

function missing({ architecture, interpreter }: Emulation, why: string, cause?: unknown): MirrorError {
  return new MirrorError('MissingTool', `this machine cannot run programs of ${architecture}: ${why}`, {
    hint: `install qemu-user-static, which has ${interpreter}; in a container, run it with --privileged`,
    cause,
  });
}
