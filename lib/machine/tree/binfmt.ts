import { mkdtemp, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MirrorError } from '../../errors';
import { machineRules, ruleFolders } from './binfmt-rules';
import { type Mounted, mounted } from './mounts';

/** Emulation of programs of another architecture. */
export interface Emulation {
  /** dpkg name, for messages: `arm64` */
  readonly architecture: string;
  /** Static binary that runs the programs: `qemu-aarch64-static` */
  readonly interpreter: string;
}

/**
 * Makes this machine run programs of another architecture, also in chroots, until the scope ends. If the kernel has no
 * such interpreter, registers the one that the machine's packages describe.
 *
 * Uses its own mount of binfmt_misc. The one in /proc may be missing (containers, a machine without systemd, a stage's own
 * /proc), or vanish with another process's mount namespace. Since Linux 6.7 the last unmount also drops all registrations,
 * so our mount keeps them.
 *
 * @param scratch folder in which to create the mount point
 * @throws MissingTool with the package to install
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

/** The kernel's descriptions of its interpreters, by name. */
type Entries = Readonly<Record<string, string>>;

/**
 * Decides what to register.
 * @param entries texts of the files of binfmt_misc, by name
 * @param rules lines of binfmt.d: `:name:M:offset:magic:mask:interpreter:flags`
 * @returns the line for the kernel; undefined if it already has an interpreter
 * @throws MissingTool
 */
export function registrationOf(emulation: Emulation, entries: Entries, rules: readonly string[]): string | undefined {
  const name = entryName(emulation);
  if ([name, ownName(name)].some((one) => reachesIntoChroots(entries[one] ?? ''))) return undefined;

  const rule = rules.map(fieldsOf).find((fields) => fields[0] === name && fields.at(-1)?.includes('F'));
  // An existing entry of that name is disabled or lacks F. The kernel uses the newest entry, so add ours.
  if (rule !== undefined) return `:${[ownName(name), ...rule.slice(1)].join(':')}`;
  throw missing(emulation, `no file in ${ruleFolders.join(', ')} registers ${name} with the flag F`);
}

/** Name of the entry on Debian and Ubuntu, and in containers that register interpreters: `qemu-aarch64`. */
function entryName({ interpreter }: Emulation): string {
  return interpreter.replace(/-static$/, '');
}

function ownName(name: string): string {
  return `maas-mirror-${name}`;
}

/** The flag F: the kernel has already opened the interpreter, so it need not exist in the chroot. */
function reachesIntoChroots(entry: string): boolean {
  return /^enabled$/m.test(entry) && /^flags: \w*F/m.test(entry);
}

function fieldsOf(rule: string): string[] {
  return rule.slice(1).split(rule.charAt(0));
}

async function entriesIn(path: string): Promise<Entries> {
  const names = await readdir(path);
  // An entry may vanish meanwhile, and `register` is not readable.
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
    // Another stage has registered it meanwhile.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw missing(emulation, `the kernel refuses ${rule}: ${(error as Error).message}`, error);
  }
}

function missing({ architecture, interpreter }: Emulation, why: string, cause?: unknown): MirrorError {
  return new MirrorError('MissingTool', `this machine cannot run ${architecture} programs: ${why}`, {
    hint: `install qemu-user-static, which contains ${interpreter}; run a container with --privileged`,
    cause,
  });
}
