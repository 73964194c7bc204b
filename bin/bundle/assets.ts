/* bin/bundle: the bundles that are deployed or packaged. */

import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Metafile } from 'esbuild';
import { type AssetSizes, assetList } from '../../lib/mirror/package-files';
import { bundleInParts } from './bundling';

/** What goes into each bundle, by the name of its asset folder. */
export type Metafiles = Readonly<Record<string, Metafile>>;

interface Bundle {
  /** Entry point of each program, by the name of its output file. Programs of one bundle share common code. */
  readonly entries: Readonly<Record<string, string>>;
  /** Files and folders that are copied next to them; those that do not exist are skipped. */
  readonly beside: readonly string[];
}

const functions = ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify'];

/**
 * A build machine has only Node. Lambda also has an AWS SDK, but AWS chooses and changes its version, so each bundle
 * contains the SDK that was tested. All functions are deployed from one folder without duplicates, since they share one
 * digest anyway.
 */
const bundles: Readonly<Record<string, Bundle>> = {
  stage: {
    entries: { stage: 'bin/stage.ts' },
    beside: [
      ...[
        'buildspecs/host-tools.sh',
        'buildspecs/boot-check.sh',
        'buildspecs/relay.pl',
        'buildspecs/packaged-kernels.sh',
      ],
      ...['buildspecs/in-tree.sh', 'buildspecs/seal.pl', 'buildspecs/within-limits.pl'],
      ...['buildspecs/bootloaders', 'buildspecs/bootstrap', 'buildspecs/initramfs', 'buildspecs/keyrings'],
    ],
  },
  functions: {
    entries: Object.fromEntries(functions.map((name) => [name, `bin/lambda/${name}.ts`])),
    beside: ['buildspecs/keyrings'],
  },
  // Not deployed: the checks that the constructs apply to props and mirror.yaml.
  config: { entries: { index: 'lib/job/checks.ts' }, beside: [] },
};

/**
 * Makes what the constructs deploy and what they run themselves, one folder each, and a list of all their files. The same
 * sources give the same bytes and modes, so that nothing is redeployed needlessly. Concurrent calls do not interfere: every
 * file appears complete.
 * @throws Error with esbuild's messages if an entry point is missing or does not compile
 */
export async function makeAssets(root: string, outdir: string): Promise<Metafiles> {
  const all = Object.values(bundles).flatMap(({ entries }) => Object.values(entries));
  const missing = all.filter((entry) => !existsSync(join(root, entry)));
  if (missing.length > 0) throw new Error(`cannot make assets: missing ${missing.join(', ')}`);

  mkdirSync(dirname(outdir), { recursive: true });
  const scratch = mkdtempSync(join(dirname(outdir), '.assets-'));
  try {
    const made = await Promise.allSettled(
      Object.entries(bundles).map(async ([name, bundle]) => {
        const { entries } = bundle;
        // Each part finds its files in its own folder.
        const metafile = await bundleInParts({ entries, outdir: join(scratch, name), parts: '.' }, root);
        copyBeside(join(scratch, name), bundle, root);
        return [name, metafile] as const;
      }),
    ); // wait for all: the scratch folder cannot be removed while one still writes
    const metafiles = made.map((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
    writeFileSync(join(scratch, assetList), JSON.stringify(sizesIn(scratch), null, 1));
    moveOver(scratch, outdir);
    return Object.fromEntries(metafiles);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function copyBeside(folder: string, { beside }: Bundle, root: string): void {
  for (const path of beside) {
    if (!existsSync(join(root, path))) continue;
    cpSync(join(root, path), join(folder, path.slice(path.lastIndexOf('/') + 1)), { recursive: true });
  }
}

function sizesIn(folder: string): AssetSizes {
  return Object.fromEntries(filesUnder(folder).map((file) => [file, statSync(join(folder, file)).size]));
}

/** Moves every file under `from` to its place under `to` with one rename each, and removes all others there. */
function moveOver(from: string, to: string): void {
  const files = filesUnder(from);
  for (const file of files) {
    chmodSync(join(from, file), /\.(js|json|gpg|md)$/.test(file) ? 0o644 : 0o755); // whatever the umask
    mkdirSync(dirname(join(to, file)), { recursive: true });
    renameSync(join(from, file), join(to, file));
  }
  for (const file of filesUnder(to)) if (!files.includes(file)) rmSync(join(to, file), { force: true });
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
