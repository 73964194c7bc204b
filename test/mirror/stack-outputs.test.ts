import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outputOf, stackOutputs } from '../../lib/job/stack-outputs';
import { synthesise } from '../../lib/mirror/app';
import { temporaryFolder } from '../fixtures/temporary-folder';

interface Template {
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Project }>>;
}
interface Project {
  readonly Environment: { readonly Type: string; readonly PrivilegedMode: boolean };
  readonly Source: { readonly Type: string };
}

it('has in the template of the app what the command line asks a stack for', () => {
  const template = JSON.parse(readFileSync(synthesise(join(temporaryFolder(), 'cdk.out')), 'utf8')) as Template;
  const found = Object.fromEntries(
    Object.entries(template.Outputs).map(([key, { Value }]) => [key, JSON.stringify(Value)]),
  );

  for (const name of Object.values(stackOutputs)) expect(outputOf(found, name), name).toBeDefined();
  const { Ref } = JSON.parse(outputOf(found, stackOutputs.probeProjectName) ?? '{}') as { readonly Ref: string };
  const { Type, Properties } = template.Resources[Ref] ?? {};
  expect(Type).toBe('AWS::CodeBuild::Project');
  expect(Properties?.Environment).toMatchObject({ Type: 'LINUX_CONTAINER', PrivilegedMode: true });
  expect(Properties?.Source.Type).toBe('S3'); // the stage bundle, which the probe's buildspec calls
});
