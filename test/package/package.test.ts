import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const minutes = 60_000;

interface Packed {
  readonly filename: string;
  readonly size: number;
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
    for (const asset of ['plan', 'select', 'publish', 'look', 'tell']) {
      expect(paths).toContain(`dist/assets/${asset}/index.js`);
    }
    for (const file of readdirSync(join(root, 'buildspecs'), { recursive: true, withFileTypes: true })) {
      if (file.isFile()) expect(paths).toContain(join(file.parentPath, file.name).slice(root.length + 1));
    }
    expect(paths).toEqual(expect.arrayContaining(['dist/assets/stage/stage.js', 'mirror.schema.json', 'LICENSE']));
  });

  it('names a main file, types and a command that it ships', () => {
    const { main, types, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

    expect(paths).toEqual(expect.arrayContaining([main, types, bin['maas-mirror']]));
  });

  it('ships the types of every file of lib, and of no other', () => {
    const scripts = paths.filter((path) => /^dist\/lib\/.*\.js$/.test(path));
    const types = paths.filter((path) => /^dist\/lib\/.*\.d\.ts$/.test(path));

    expect(scripts.length).toBeGreaterThan(300);
    expect(types).toEqual(scripts.map((path) => path.replace(/\.js$/, '.d.ts')));
  });

  it('ships no tests, no sources and no leftovers of a build', () => {
    const ours =
      /^(dist\/(lib|bin|assets|local)\/|buildspecs\/|(LICENSE|README\.md|mirror\.schema\.json|package\.json)$)/;

    expect(paths.filter((path) => !ours.test(path))).toEqual([]);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  });

  it('is smaller than 8 MB', () => {
    expect(packed.size).toBeGreaterThan(1_000_000);
    expect(packed.size).toBeLessThan(8_000_000);
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
      ...['typescript', '@types/node'].map((name) => `${name}@${ours(name)}`),
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

  it('has the command', () => {
    const help = run(['node_modules/.bin/maas-mirror', '--help']);

    expect(help).toMatch(/^Usage: maas-mirror /);
    expect(help).toContain('build [options] [release...]');
  });
});

/** The README's first block of a language. */
function blockOf(language: string): string {
  const [, text] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  if (text === undefined) throw new Error(`the README has no block of ${language}`);
  return text;
}

/** The version that is here, which npm has in its cache. */
/** All others of this repository's tests run with the newest that it has. */
function lowestPeer(name: string): string {
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, lowest] = /^\^(\d+\.\d+\.\d+)$/.exec(peerDependencies[name]) ?? [];
  expect(lowest, name).toBeDefined();
  return String(lowest);
}

function ours(name: string): string {
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
