import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { synthesise } from '../../lib/mirror/app';
import { packagePath } from '../../lib/mirror/package-files';

interface AssetManifest {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
}

/**
 * Writes the template for builds on one machine, and its asset manifest. It is synthesised here once, so that a build does
 * not load the CDK. The manifest refers to the bundles in place; none is copied.
 * @param outdir folder to write the two files to
 * @param place folder that they will be moved to
 */
export function writeLocalTemplate(outdir: string, place: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'local-template-'));
  try {
    const template = synthesise(scratch, { 'aws:cdk:disable-asset-staging': true });
    const manifest = template.replace(/\.template\.json$/, '.assets.json');
    mkdirSync(outdir, { recursive: true });
    writeFileSync(join(outdir, basename(template)), readFileSync(template));
    writeFileSync(join(outdir, basename(manifest)), JSON.stringify(placed(manifest, scratch, place), null, 1));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Only the bundles among the assets, with paths relative to `place`: a local build does not use the others. */
function placed(manifest: string, scratch: string, place: string): AssetManifest {
  const { files, ...rest } = JSON.parse(readFileSync(manifest, 'utf8')) as AssetManifest;
  const found = Object.entries(files).flatMap(([key, { source, ...file }]) => {
    const path = resolve(scratch, source.path);
    if (!path.startsWith(join(packagePath('dist/assets'), '/'))) return [];
    return [[key, { ...file, source: { ...source, path: relative(place, path) } }]];
  });
  return { ...rest, files: Object.fromEntries(found) };
}
