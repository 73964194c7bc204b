import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { writeLocalTemplate } from '../../../bin/bundle/local-template';
import { environment } from '../../fixtures/aws/fake-aws';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

interface Manifest {
  readonly version: string;
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string; readonly packaging: string } }>>;
}

it('writes the template of one machine, and a manifest that names the bundles from where it is going to be', () => {
  const [outdir, place, temporary] = [
    join(temporaryFolder(), 'new/local'),
    '/srv/package/dist/local',
    temporaryFolder(),
  ];
  environment({ TMPDIR: temporary });

  writeLocalTemplate(outdir, place);

  expect(readdirSync(outdir).toSorted()).toEqual(['MaasMirror.assets.json', 'MaasMirror.template.json']);
  expect(readdirSync(temporary)).toEqual([]);
  const template = readFileSync(join(outdir, 'MaasMirror.template.json'), 'utf8');
  const { Resources } = JSON.parse(template) as { Resources: Record<string, { Type: string }> };
  expect(Object.values(Resources).map(({ Type }) => Type)).toContain('AWS::StepFunctions::StateMachine');

  const { files, version } = JSON.parse(readFileSync(join(outdir, 'MaasMirror.assets.json'), 'utf8')) as Manifest;
  expect(version).toMatch(/^\d/);
  const paths = Object.values(files).map(({ source }) => source.path); // nothing of the CDK's own, which is in a temporary folder
  expect(paths.map((path) => basename(path)).toSorted()).toEqual(['functions', 'stage']);
  for (const { source } of Object.values(files)) {
    expect(basename(dirname(source.path))).toBe('assets');
    expect(source.packaging).toBe('zip');
    expect(source.path).toMatch(/^\.\.\//);
    expect(existsSync(resolve(place, source.path))).toBe(true);
  }
  expect(JSON.stringify(files)).not.toContain('template.json');
});
