import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';

const root = join(__dirname, '../..');
const ours = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const minutes = 60_000;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

const scratch = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** npm prints what scripts print before its JSON, so the one that runs before packing runs by itself. */
execFileSync('npm', ['run', '--silent', 'prepack'], { cwd: root, stdio: 'inherit' });
const packed = (
  JSON.parse(
    execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], {
      cwd: root,
      encoding: 'utf8',
    }),
  ) as Packed[]
)[0] as Packed;

describe('the package', () => {
  const paths = packed.files.map(({ path }) => path);

  it('ships everything that runs without a build', () => {
    for (const name of ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify']) {
      expect(paths).toContain(`dist/assets/functions/${name}.js`);
    }
    for (const file of readdirSync(join(root, 'buildspecs'), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) expect(paths).toContain(join(file.parentPath, file.name).slice(root.length + 1));
    }
    expect(paths).toEqual(expect.arrayContaining(['dist/assets/stage/stage.js', 'dist/assets/config/index.js']));
    expect(paths).toEqual(expect.arrayContaining(['dist/local/MaasMirror.template.json', 'mirror.schema.json']));
    expect(paths).toEqual(expect.arrayContaining(['.jsii', 'LICENSE']));
  });

  it('ships every page that one of its pages links to', () => {
    const pages = paths.filter((path) => path.endsWith('.md'));
    const dead = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && !paths.includes(join(dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );

    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/maas.md', 'docs/first-hour-on-aws.md']));
    expect(dead).toEqual([]);
  });

  it('names a main file, types and commands that it ships', () => {
    expect(paths).toEqual(expect.arrayContaining([ours.main, ours.types, ...Object.values(ours.bin)]));
    expect(Object.keys(ours.bin)).toEqual(['maas-mirror', 'cdk-maas-mirror']);
  });

  it('needs nothing but its peers', () => {
    expect(ours).not.toHaveProperty('dependencies');
    expect(ours).not.toHaveProperty('bundledDependencies');
    expect(Object.keys(ours.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
  });

  it.each([
    ['scripts', /^dist\/(lib|bin)\/.*\.js$/, '.js', /\brequire\("([^"]+)"\)/g],
    ['types', /^dist\/lib\/.*\.d\.ts$/, '.d.ts', /(?:\bfrom |\bimport\()'([^']+)'/g],
  ])('ships all %s that those which it ships import, of itself, its peers and Node', (_, which, extension, imports) => {
    const files = paths.filter((path) => which.test(path) && !path.startsWith('dist/bin/maas-mirror'));
    const missing = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(imports)]
        .map(([, named = '']) => named)
        .filter((named) => !/^(node:|(aws-cdk-lib|constructs)(\/|$))/.test(named))
        .filter((named) => !paths.includes(`${join(dirname(file), named)}${extension}`))
        .map((named) => `${file}: ${named}`),
    );

    expect(files.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  it('ships scripts that jsii has compiled, though npm builds once more before it packs', () => {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
    const construct = readFileSync(join(root, 'dist/lib/mirror/maas-mirror.js'), 'utf8');

    expect(construct).toContain('fqn: "cdk-maas-mirror.MaasMirror"');
  });

  it('ships no tests, no sources and no leftovers of a build', () => {
    const shipped =
      /^(dist\/(lib|bin|assets|local)\/|buildspecs\/|docs\/|(\.jsii|LICENSE|README\.md|CONTRIBUTING\.md|mirror\.schema\.json|package\.json)$)/;

    expect(paths.filter((path) => !shipped.test(path))).toEqual([]);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  });

  it('is smaller than 4 MB, and than 12 MB when it is unpacked', () => {
    expect(packed.size).toBeGreaterThan(1_000_000);
    expect(packed.size).toBeLessThan(4_000_000);
    expect(packed.unpackedSize).toBeLessThan(12_000_000);
  });
});

describe('the command line, in a project that has nothing but the package', () => {
  const project = join(scratch, 'alone');
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: process.env.HOME ?? scratch };
  const command = (name: string, ...words: string[]) =>
    spawnSync(join(project, 'node_modules/.bin', name), words, { cwd: project, encoding: 'utf8', env });

  beforeAll(async () => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'alone', version: '1.0.0', private: true }));
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--omit=peer'];
    execFileSync('npm', ['install', ...options, join(scratch, packed.filename)], { cwd: project, stdio: 'pipe' });
    await makeSmallMirror(join(project, 'mirror'), { signer: await smallSigner() });
  }, 10 * minutes);

  it('is one package', () => {
    // It fails, since the peers are missing, and says so of them alone.
    const { stdout } = spawnSync('npm', ['ls', '--omit=dev', '--all', '--json'], { cwd: project, encoding: 'utf8' });
    const { dependencies } = JSON.parse(stdout) as { dependencies: Record<string, { readonly missing?: boolean }> };
    const there = Object.entries(dependencies).filter(([, { missing }]) => missing !== true);

    expect(there.map(([name]) => name)).toEqual([ours.name]);
    const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual([ours.name]);
    expect(existsSync(join(project, 'node_modules', ours.name, 'node_modules'))).toBe(false);
  });

  it.each(Object.keys(ours.bin))('answers to %s', (name) => {
    const { status, stdout, stderr } = command(name, '--help');

    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: maas-mirror /);
    expect(stdout).toMatch(/^ {2}build {2,}/m);
  });

  it.each([
    [['list', 'mirror'], /^candidate, 1 release, /],
    [['list', 'mirror', '--json'], /"bookworm"/],
    [['verify', 'mirror'], /signatures/],
    [['keyring', 'mirror', '--armour'], /BEGIN PGP PUBLIC KEY BLOCK/],
    [['--version'], new RegExp(`^${ours.version}$`, 'm')],
  ])('does %j', (words, said) => {
    const { status, stdout, stderr } = command('maas-mirror', ...words);

    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(said);
  });

  it('says what is wrong, as from a checkout', () => {
    const { status, stderr } = command('maas-mirror', 'list', './nowhere');

    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: .*nowhere/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('an empty CDK project with the package and the lowest versions that it allows beside it', () => {
  const project = join(scratch, 'project');
  /** Node and npm and nothing else: no Docker, no bundler. */
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: process.env.HOME ?? scratch };
  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
      env: { ...env, ...more },
    });
    expect(status, stdout + stderr).toBe(0);
    return stdout;
  };

  beforeAll(() => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'images', version: '1.0.0', private: true }));
    writeFileSync(join(project, 'app.ts'), blockOf('ts'));
    writeFileSync(join(project, 'mirror.yaml'), blockOf('yaml'));
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
    const versions = [
      ...['aws-cdk-lib', 'constructs'].map((name) => `${name}@${lowestPeer(name)}`),
      ...['typescript', '@types/node'].map((name) => `${name}@${versionHere(name)}`),
    ];
    const options = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];
    execFileSync('npm', ['install', ...options, join(scratch, packed.filename), ...versions], {
      cwd: project,
      stdio: 'pipe',
    });
  }, 10 * minutes);

  it(
    'compiles and synthesises what the README says, without bundler and lock file',
    () => {
      expect(existsSync(join(project, 'node_modules/esbuild'))).toBe(false);
      expect(existsSync(join(project, 'package-lock.json'))).toBe(false);

      run(['node_modules/typescript/bin/tsc']);
      run(['app.js'], { CDK_OUTDIR: 'cdk.out' }); // as the CDK's CLI starts an app

      const templates = readdirSync(join(project, 'cdk.out')).filter((name) => name.endsWith('.template.json'));
      expect(templates).toHaveLength(2);
      for (const name of templates) {
        const { Resources } = JSON.parse(readFileSync(join(project, 'cdk.out', name), 'utf8')) as Template;
        const types = Object.values(Resources).map(({ Type }) => Type);
        expect(types).toContain('AWS::StepFunctions::StateMachine');
        expect(types).toContain('AWS::CloudFront::Distribution');
      }
    },
    5 * minutes,
  );
});

/** The README's first block of a language. */
function blockOf(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  if (text === undefined) throw new Error(`the README has no block of ${language}`);
  return text;
}

/** All others of this repository's tests run with the newest that it has. */
function lowestPeer(name: string): string {
  const [, lowest] = /^\^(\d+\.\d+\.\d+)$/.exec(ours.peerDependencies[name]) ?? [];
  expect(lowest, name).toBeDefined();
  return String(lowest);
}

/** The version that is here, which npm has in its cache. */
function versionHere(name: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'));
  return version as string;
}

/** Strict, and looks into the types of the package, too. */
const tsconfig = {
  compilerOptions: {
    ...{ module: 'node20', target: 'es2023', lib: ['esnext'], types: ['node'] },
    ...{ strict: true, skipLibCheck: false },
  },
  include: ['app.ts'],
};
