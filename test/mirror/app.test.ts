import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { expect, it } from 'vitest';
import { deploymentApp, stackName } from '../../lib/mirror/app';
import { environment } from '../fixtures/aws/fake-aws';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { definitionOf, sameTypes } from './made-mirror';
import '../fixtures/needs-seconds';

const root = join(__dirname, '../..');
const settings = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { app: string; context?: object };

/** What the app makes where the CDK's command line starts it with the settings of cdk.json and more context. */
function synthesised(context: object): Template {
  const outdir = temporaryFolder();
  environment({ CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ ...settings.context, ...context }) });
  deploymentApp();
  return Template.fromJSON(JSON.parse(readFileSync(join(outdir, `${stackName}.template.json`), 'utf8')));
}

function configured(): string {
  const config = join(temporaryFolder(), 'mirror.yaml');
  writeFileSync(
    config,
    'views: { candidate: { releases: [noble], architectures: [amd64, arm64] } }\nschedule: daily\nsite: { basicAuth: true }\n',
  );
  return config;
}

it('the app that cdk.json names is built', () => {
  const [, app] = / && node (\S+)$/.exec(settings.app) ?? [];

  expect(existsSync(join(root, String(app)))).toBe(true);
});

it.each([
  ['without a configuration', {}],
  ['with one', { config: configured }],
])('the app of cdk.json makes the same mirror with no feature flags and with all recommended ones, %s', (_, more) => {
  const context = 'config' in more ? { config: more.config() } : {};
  const plain = synthesised(context);
  const modern = synthesised({ ...CURRENTLY_RECOMMENDED_FLAGS, ...context });

  expect(Object.keys(CURRENTLY_RECOMMENDED_FLAGS).length).toBeGreaterThan(50);
  expect(definitionOf(modern)).toEqual(definitionOf(plain));
  for (const type of [...sameTypes, 'AWS::Scheduler::Schedule']) {
    expect(modern.findResources(type), type).toEqual(plain.findResources(type));
  }
  expect(Object.keys(modern.findOutputs('*'))).toEqual(Object.keys(plain.findOutputs('*')));
});

it('prints what is wrong with a configuration, and nothing else', () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'mirror.yaml'),
    'views: { a: { releases: [noble] } }\nsite: { allowedCidrs: [10.0.0.1] }\n',
  );
  const env = { ...process.env, CDK_OUTDIR: join(folder, 'out'), CDK_VALIDATION: 'true' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/bin/app.js')], {
    ...{ cwd: folder, env, encoding: 'utf8' },
  });

  expect(`${stdout}${stderr}`).toMatch(
    /^error: mirror\.yaml: site\.allowedCidrs\.0 is "10\.0\.0\.1", not a valid network\n {2}use .*\n$/,
  );
  expect(status).toBe(2);
});
