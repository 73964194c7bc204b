import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Architecture, UbuntuRelease } from '../../../lib';
import { probedMachines } from '../../../lib/job/aws/probe-targets';
import { optionalStackOutputs, outputOf, stackOutputs } from '../../../lib/job/aws/stack-outputs';
import { synthesise } from '../../../lib/mirror/app';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { templateOf } from '../made-mirror';
import '../../fixtures/needs-seconds';

interface Template {
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Project }>>;
}
interface Project {
  readonly Environment: { readonly Type: string; readonly ComputeType: string; readonly PrivilegedMode: boolean };
  readonly Source: { readonly Type: string };
}

/** As a stack has them: by their keys, and as text. */
function outputsOf({ Outputs }: Template): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(Outputs).map(([key, { Value }]) => [key, JSON.stringify(Value)]));
}

function projectNamedBy(template: Template, output: string): Project | undefined {
  const { Ref } = JSON.parse(outputOf(outputsOf(template), output) ?? '{}') as { readonly Ref: string };
  const { Type, Properties } = template.Resources[Ref] ?? {};
  expect(Type).toBe('AWS::CodeBuild::Project');
  return Properties;
}

/** `Linux/Medium`, as CodeBuild's quotas call it. */
function kindOf({ Environment }: Project): string {
  const size = Environment.ComputeType.replace('BUILD_GENERAL1_', '').toLowerCase();
  const type = { LINUX_CONTAINER: 'Linux', ARM_CONTAINER: 'ARM' }[Environment.Type];
  return `${type}/${size.replace(/^./, (letter) => letter.toUpperCase())}`;
}

it('has in the template of the app what the command line asks a stack for', () => {
  const template = JSON.parse(readFileSync(synthesise(join(temporaryFolder(), 'cdk.out')), 'utf8')) as Template;

  for (const name of Object.values(stackOutputs)) expect(outputOf(outputsOf(template), name), name).toBeDefined();
  expect(projectNamedBy(template, stackOutputs.probeProjectName)).toBeDefined();
  for (const [output, description] of [
    [optionalStackOutputs.promoteFunctionName, 'cdk-maas-mirror: promote'],
    [optionalStackOutputs.operateFunctionName, 'cdk-maas-mirror: operate'],
  ] as const) {
    const { Ref } = JSON.parse(outputOf(outputsOf(template), output) ?? '{}') as { readonly Ref: string };
    expect(template.Resources[Ref]).toMatchObject({
      Type: 'AWS::Lambda::Function',
      Properties: { Description: description },
    });
  }
});

describe('the projects that doctor probes in', () => {
  const both = templateOf({
    releases: [UbuntuRelease.NOBLE],
    architectures: [Architecture.AMD64, Architecture.ARM64],
  }).toJSON() as Template;

  it.each([
    ['x86', stackOutputs.probeProjectName, probedMachines.x86],
    ['arm', optionalStackOutputs.probeProjectNameArm, probedMachines.arm],
  ])('are of the kind of machine that it tells, on %s', (_, output, machine) => {
    const project = projectNamedBy(both, output);

    expect(project && kindOf(project)).toBe(machine.kind);
    expect(project?.Environment.PrivilegedMode).toBe(true);
    expect(project?.Source.Type).toBe('S3'); // the stage bundle, which the probe's buildspec calls
  });

  it('are none on arm where the mirror has no arm machines', () => {
    const template = templateOf({ releases: [UbuntuRelease.NOBLE] }).toJSON() as Template;

    expect(outputOf(outputsOf(template), optionalStackOutputs.probeProjectNameArm)).toBeUndefined();
    expect(outputOf(outputsOf(template), stackOutputs.probeProjectName)).toBeDefined();
  });
});
