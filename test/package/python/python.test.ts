import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonVenv } from '../../fixtures/programs/python-venv';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const root = join(__dirname, '../../..');
const requirements = join(__dirname, 'requirements.txt');
const scratch = mkdtempSync(join(tmpdir(), 'python-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const minutes = 60_000;

/** The CDK's own checks of a template take half of a synthesis, and change nothing in it. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, CDK_VALIDATION: 'false' };

const configuration = `
views:
  candidate: { releases: [noble, resolute], architectures: [amd64, arm64], kernels: { required: [ga], optional: [hwe] } }
  site-a: { releases: [jammy], customise: { repositories: ['ppa:cloud-init-dev/daily'], packages: [jq] }, bootTest: false }
schedule: daily
site: { basicAuth: true }
sources: { archive: 'http://archive.example/ubuntu', proxy: 'http://proxy.example:3128' }
`;

const typescript = `
const { App, Stack } = require('aws-cdk-lib');
const { MaasMirror } = require('cdk-maas-mirror');
const [, , outdir, config] = process.argv;
const app = new App({ outdir, analyticsReporting: false });
const stack = new Stack(app, 'MaasMirror');
if (config === undefined) new MaasMirror(stack, 'Mirror');
else MaasMirror.fromConfig(stack, 'Mirror', config);
app.synth();
`;

let python = '';
const [node, wheels] = [join(scratch, 'node'), join(scratch, 'wheels')];

/** Both with the aws-cdk-lib that PyPI has: a template differs from one of its releases to the next. */
beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'pack:python'], { cwd: root, stdio: 'pipe' });
  const made = join(root, '.cache/languages/python');
  const wheel = readdirSync(made).find((name) => name.endsWith('.whl')) ?? '';
  const venv = await pythonVenv(requirements);
  python = join(venv, 'bin/python');
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', wheels, join(made, wheel)]);

  mkdirSync(node);
  writeFileSync(join(node, 'package.json'), JSON.stringify({ name: 'images', version: '1.0.0', private: true }));
  writeFileSync(join(node, 'app.js'), typescript);
  writeFileSync(join(scratch, 'mirror.yaml'), configuration);
  const [, version = ''] = /^aws-cdk-lib==(.*)$/m.exec(readFileSync(requirements, 'utf8')) ?? [];
  const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch];
  const [{ filename }] = JSON.parse(execFileSync('npm', packing, { cwd: root, encoding: 'utf8' }));
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock'];
  const packages = [join(scratch, filename), `aws-cdk-lib@${version}`];
  execFileSync('npm', ['install', ...options, ...packages], { cwd: node, stdio: 'pipe' });
}, 10 * minutes);

it('describes the constructs for other languages, by the names that lib/index.ts exports', () => {
  const { types, targets } = JSON.parse(readFileSync(join(root, '.jsii'), 'utf8'));
  const face = readFileSync(join(root, 'lib/index.ts'), 'utf8').matchAll(/export (?:type )?\{([^}]*)\}/g);
  const exported = [...face].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().replace('type ', '')),
  );

  expect(exported.length).toBeGreaterThan(20);
  expect(Object.keys(types).sort()).toEqual(exported.map((name) => `cdk-maas-mirror.${name}`).sort());
  expect(targets.python).toEqual({ distName: 'cdk-maas-mirror', module: 'cdk_maas_mirror' });
});

it.each([
  ['the default mirror', []],
  ['the mirror of a mirror.yaml', ['mirror.yaml']],
])('gives a Python app %s, as it gives it to one in TypeScript', (_, config) => {
  const words = config.map((file) => join(scratch, file));
  const [py, ts] = [temporaryFolder(), temporaryFolder()];
  execFileSync(python, [join(__dirname, 'app.py'), py, ...words], { env: { ...env, PYTHONPATH: wheels } });
  execFileSync(process.execPath, ['app.js', ts, ...words], { cwd: node, env });

  const template = templateIn(py);
  expect(Object.keys(template.Resources).length).toBeGreaterThan(50);
  expect(template).toEqual(templateIn(ts));
});

it('tells a Python app what is wrong with its mirror.yaml', () => {
  const config = join(scratch, 'wrong.yaml');
  writeFileSync(config, 'views: { candidate: { releases: [noble], architectures: [x86_64] } }');

  expect(() =>
    execFileSync(python, [join(__dirname, 'app.py'), temporaryFolder(), config], {
      env: { ...env, PYTHONPATH: wheels },
      stdio: 'pipe',
    }),
  ).toThrow(/wrong\.yaml is not valid: views\.candidate\.architectures/);
});

interface Template {
  readonly Resources: Readonly<Record<string, object>>;
}

/** Without what the CDK says there of the language and its libraries. */
function templateIn(folder: string): Template {
  const template = JSON.parse(readFileSync(join(folder, 'MaasMirror.template.json'), 'utf8'));
  delete template.Resources.CDKMetadata;
  return template;
}
