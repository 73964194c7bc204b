import { expect, it } from 'vitest';
import { stageName } from '../../../bin/build/stage-name';

it.each([
  [{ stage: 'Plan' }, 'Plan'],
  [{ stage: 'Fetch', architecture: 'amd64' }, 'Fetch amd64'],
  [{ stage: 'PrepareArm', architecture: 'arm64' }, 'Prepare arm64'],
  [{ stage: 'ExtractHweArm', architecture: 'arm64', kernel: 'hwe' }, 'Extract arm64 hwe'],
  [{ stage: 'ExtractGa', architecture: 'amd64', kernel: 'ga' }, 'Extract amd64 ga'],
  [{ stage: 'BootTest', architecture: 'amd64', kernel: 'ga' }, 'BootTest amd64 ga'],
  [{ stage: 'ExtractGa', architecture: 'amd64' }, 'ExtractGa amd64'],
  [{ stage: 'ProbeArm' }, 'ProbeArm'],
  [{ stage: 'ArmExtract', architecture: 'arm64', kernel: 'ga' }, 'ArmExtract arm64 ga'],
])('calls %j %s', (run, name) => {
  expect(stageName(run)).toBe(name);
});
