import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Metafiles, makeAssets } from '../../bin/bundle/assets';
import { MirrorError } from '../../lib/errors';
import { workStoreVariable } from '../../lib/job/environment';
import { mirrorStoreVariable } from '../../lib/job/execution-names';
import { makePrivateKey } from '../../lib/simplestreams/openpgp/openpgp-signer';
import { smallObject } from '../fixtures/aws/small-s3/objects';
import { startSmallS3 } from '../fixtures/aws/small-s3/server';
import { newerNode } from '../fixtures/programs/other-node';

const root = join(__dirname, '../..');
const megabyte = 1024 * 1024;

const scratch = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Ours, and the line that Lambda and CodeBuild have as well. */
const nodes = [
  ['our Node', async () => process.execPath],
  ['Node 24', newerNode],
] as const;

describe('the bundles of this checkout', () => {
  const assets = join(scratch, 'assets');
  let metafiles: Metafiles = {};

  beforeAll(async () => {
    [metafiles] = await Promise.all([makeAssets(root, assets), newerNode()]);
  });

  it.each(['stage', 'functions', 'config'])('%s holds no CDK, and is smaller than 4 MB', (name) => {
    const { inputs = {}, outputs = {} } = metafiles[name] ?? {};

    expect(Object.keys(inputs)).toContainEqual(expect.stringMatching(/^lib\//));
    expect(Object.keys(inputs).filter((path) => /node_modules\/(aws-cdk-lib|constructs)\//.test(path))).toEqual([]);
    const bytes = Object.values(outputs).reduce((sum, output) => sum + output.bytes, 0);
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(4 * megabyte);
  });

  it.each([
    ['stage', ['s3']],
    ['functions', ['s3', 'sns', 'sfn']],
  ])('%s brings the SDK that it was tested with', (name, clients) => {
    const { inputs = {}, outputs = {} } = metafiles[name] ?? {};

    for (const client of clients) {
      expect(Object.keys(inputs)).toContain(`node_modules/@aws-sdk/client-${client}/dist-cjs/index.js`);
    }
    const imported = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    expect(imported.filter((path) => /^@(aws-sdk|smithy)\//.test(path))).toEqual([]);
  });

  it('loads S3 when publish starts to work, and for notify not at all', () => {
    const s3 = 'node_modules/@aws-sdk/client-s3/dist-cjs/index.js';
    expect(inputsOf('publish', metafiles.functions)).toContain(s3);
    expect(inputsOf('notify', metafiles.functions)).toContain('node_modules/@aws-sdk/client-sns/dist-cjs/index.js');
    expect(inputsOf('notify', metafiles.functions)).not.toContain(s3);
  });

  it('loads for a stage what this stage needs, and no client of AWS', () => {
    const [stage, extract] = ['bin/stage.ts', 'lib/stages/extract.ts'].map((entry) =>
      loadedWith(entry, metafiles.stage),
    );
    expect(extract).toContain('lib/stages/extract.ts');
    expect(extract).not.toContain('lib/stages/boot-test.ts');
    expect(extract?.filter((path) => path.includes('@aws-sdk/'))).toEqual([]);
    expect(stage).not.toContain('lib/stages/extract.ts');
  });

  it.each(['stage', 'functions'])('has each source in one file of the %s only', (name) => {
    const files = Object.values(metafiles[name]?.outputs ?? {}).flatMap(({ inputs }) => Object.keys(inputs));

    expect(files.length).toBeGreaterThan(500);
    expect(new Set(files).size).toBe(files.length);
  });

  it('names classes and functions as the sources do, also where it is minified', async () => {
    const checks = require(join(assets, 'config/index.js'));

    expect(checks.planOf.name).toBe('planOf');
    expect(() => checks.parseConfig('', 'mirror.yaml')).toThrow(MirrorError);
    expect(() => checks.parseConfig('', 'mirror.yaml')).toThrow(
      expect.objectContaining({ constructor: expect.objectContaining({ name: 'MirrorError' }) }),
    );
  });

  it.each(
    nodes,
  )('runs the stage bundle by %s where nothing else is, which refuses to be started without a stage', async (_, node) => {
    const { status, stderr } = spawnSync(await node(), ['stage.js'], {
      cwd: join(assets, 'stage'),
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });

    expect(stderr).toMatch(/usage|stage/i);
    expect(stderr).not.toMatch(/at .*stage\.js:\d+/); // a message, not a crash
    expect(status).toBe(2);
  });

  const functions = ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify'];
  const loaded = functions.flatMap((name) => nodes.map(([line, node]) => [name, line, node] as const));

  it.each(loaded)('loads the %s function by %s, which exports a handler', async (name, _, node) => {
    const script = `process.stdout.write(typeof require('./${name}.js').handler)`;
    const env = { PATH: process.env.PATH, AWS_REGION: 'eu-central-1' }; // Lambda says where it is, and clients want to know

    const said = execFileSync(await node(), ['-e', script], { cwd: join(assets, 'functions'), env, encoding: 'utf8' });

    expect(said).toBe('function');
  });

  it('lets the publish function ask S3, with the SDK of its bundle', async () => {
    await using s3 = await startSmallS3();
    s3.buckets.get('mirror')?.set('format.json', smallObject(Buffer.from('{"format":9,"tool":"cdk-maas-mirror"}')));
    const key = join(scratch, 'key.asc');
    writeFileSync(key, await makePrivateKey({ at: new Date(), rsaBits: 2048 }), { mode: 0o600 });
    const script = `require('./publish.js').handler({}).catch((error) => process.stdout.write(error.message))`;
    const run = promisify(execFile)(process.execPath, ['-e', script], {
      cwd: join(assets, 'functions'),
      env: {
        ...{ [mirrorStoreVariable]: 's3://mirror', [workStoreVariable]: 's3://work', AWS_ENDPOINT_URL: s3.url },
        ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'small', AWS_SECRET_ACCESS_KEY: 'small' },
        MIRROR_SIGNING_KEY: key,
      },
    });

    const stdout = 's3://mirror has format 9; this version supports formats up to 2';
    expect(await run).toMatchObject({ stdout, stderr: '' });
  });

  it('lays beside the stage bundle what its buildspecs call', () => {
    expect(readdirSync(join(assets, 'stage'))).toEqual(
      expect.arrayContaining(['bootloaders', 'host-tools.sh', 'keyrings', 'stage.js']),
    );
  });

  it('makes the same bytes and modes again', async () => {
    const again = join(scratch, 'again');
    await makeAssets(root, again);

    expect(listing(again)).toEqual(listing(assets));
  });
});

describe('making assets', () => {
  it('moves every file to its place, with modes that no umask changes, and takes old ones away', async () => {
    const outdir = join(tree(sources), 'dist/assets');
    mkdirSync(join(outdir, 'stage/initramfs'), { recursive: true });
    writeFileSync(join(outdir, 'stage/initramfs/old-hook'), '');

    await makeAssets(dirname(dirname(outdir)), outdir);

    const common = '644 functions/chunk-XXXXXXXX.js'; // esbuild's few lines for each of several programs
    expect(Object.keys(listing(outdir)).map((line) => line.replace(/chunk-\w{8}/, 'chunk-XXXXXXXX'))).toEqual([
      '644 config/index.js',
      '644 files.json',
      '644 functions/check-for-updates.js',
      common,
      '644 functions/notify.js',
      '644 functions/operate.js',
      '644 functions/plan.js',
      '644 functions/promote.js',
      '644 functions/publish.js',
      '644 functions/select.js',
      '644 stage/stage.js',
      '755 stage/host-tools.sh',
      '755 stage/initramfs/hooks/hook',
    ]);
    expect(readdirSync(dirname(outdir))).toEqual(['assets']);
  });

  it('lets two builds run at once', async () => {
    const folder = tree(sources);
    const outdir = join(folder, 'dist/assets');

    await Promise.all([makeAssets(folder, outdir), makeAssets(folder, outdir)]);

    expect(Object.keys(listing(outdir))).toHaveLength(13);
  });

  it('refuses to make some where an entry point is missing, and names it', async () => {
    const folder = tree({ 'bin/stage.ts': '' });

    await expect(makeAssets(folder, join(folder, 'assets'))).rejects.toThrow(
      'cannot make assets: missing bin/lambda/plan.ts, bin/lambda/select.ts, bin/lambda/publish.ts, bin/lambda/promote.ts, bin/lambda/operate.ts, bin/lambda/check-for-updates.ts, bin/lambda/notify.ts, lib/job/checks.ts',
    );
    expect(existsSync(join(folder, 'assets'))).toBe(false);
  });

  it('refuses what does not compile, and leaves the assets that are there', async () => {
    const folder = tree({ ...sources, 'bin/stage.ts': "import './gone';", 'assets/stage/stage.js': 'before' });

    await expect(makeAssets(folder, join(folder, 'assets'))).rejects.toThrow('Could not resolve "./gone"');
    expect(readFileSync(join(folder, 'assets/stage/stage.js'), 'utf8')).toBe('before');
  });
});

describe('the check of the Node version', () => {
  const { code } = transformSync(readFileSync(join(root, 'bin/check-node.ts'), 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node18',
  });
  const under = (version: string) =>
    spawnSync(
      process.execPath,
      ['-e', `Object.defineProperty(process.versions, 'node', { value: '${version}' });${code}`],
      { encoding: 'utf8' },
    );

  it.each(['22.12.0', '22.23.3', '24.0.0', '30.1.0'])('lets %s pass', (version) => {
    expect(under(version)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(['18.20.0', '20.20.2', '22.11.0'])('refuses %s and says what to do', (version) => {
    const { status, stderr } = under(version);

    expect(status).toBe(1);
    expect(stderr).toContain(`requires Node 22.12 or newer; this is ${version}`);
    expect(stderr).toContain('npx maas-mirror');
  });
});

const sources = {
  'bin/stage.ts': 'console.log(import.meta.url);',
  'bin/lambda/plan.ts': 'export const handler = () => 1;',
  'bin/lambda/select.ts': 'export const handler = () => 2;',
  'bin/lambda/publish.ts': 'export const handler = () => 3;',
  'bin/lambda/check-for-updates.ts': 'export const handler = () => 4;',
  'bin/lambda/notify.ts': 'export const handler = () => 5;',
  'bin/lambda/promote.ts': 'export const handler = () => 6;',
  'bin/lambda/operate.ts': 'export const handler = () => 7;',
  'lib/job/checks.ts': 'export const checked = () => 6;',
  'buildspecs/host-tools.sh': '',
  'buildspecs/initramfs/hooks/hook': '',
};

function tree(files: Record<string, string>): string {
  const folder = mkdtempSync(join(scratch, 'tree-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** What the program of this name may load, at once or later. */
function inputsOf(name: string, metafile: Metafiles[string] | undefined): string[] {
  const outputs = metafile?.outputs ?? {};
  const found = new Set(Object.keys(outputs).filter((file) => file.endsWith(`/${name}.js`)));
  for (const file of found) for (const { path } of outputs[file]?.imports ?? []) if (path in outputs) found.add(path);
  return [...found].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
}

/** The sources that are loaded at once with an entry point, or with what is imported on demand. */
function loadedWith(entry: string, { outputs = {} }: Partial<Metafiles[string]> = {}): string[] {
  const found = new Set(Object.keys(outputs).filter((file) => outputs[file]?.entryPoint === entry));
  for (const file of found) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) found.add(path);
    }
  }
  return [...found].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
}

/** `<mode> <path>` → text, sorted. */
function listing(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, stat: statSync(join(folder, path)) }))
    .filter(({ stat }) => stat.isFile())
    .map(({ path, stat }) => [`${(stat.mode & 0o777).toString(8)} ${path}`, readFileSync(join(folder, path), 'utf8')]);
  return Object.fromEntries(files.sort());
}
