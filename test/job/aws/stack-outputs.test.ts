import { describe, expect, it } from 'vitest';
import { outputOf, stackOutputs, stackOutputsOf } from '../../../lib/job/aws/stack-outputs';

/** As CloudFormation has them: with the construct's path before, and the CDK's digits behind. */
const found = Object.fromEntries(Object.values(stackOutputs).map((name) => [`Mirror${name}0A1B2C3D`, `of ${name}`]));

describe('the outputs of a stack', () => {
  it('are found by the end of their keys', () => {
    expect(stackOutputsOf(found, 'Stack')).toMatchObject({
      mirrorUrl: 'of MirrorUrl',
      workBucketName: 'of WorkBucketName',
    });
    expect(outputOf({ MirrorUrl: 'bare' }, stackOutputs.mirrorUrl)).toBe('bare');
  });

  it('may be there only on some mirrors', () => {
    const more = { MirrorProbeProjectNameArm0A1B2C3D: 'arm', MirrorSiteCredentialsStoreArn0A1B2C3D: 'store' };

    expect(stackOutputsOf({ ...found, ...more }, 'Stack')).toMatchObject({
      probeProjectName: 'of ProbeProjectName',
      probeProjectNameArm: 'arm',
      credentialsStoreArn: 'store',
    });
    expect(Object.keys(stackOutputsOf(found, 'Stack'))).toEqual(Object.keys(stackOutputs));
  });

  it('are not taken for others whose keys begin alike or end otherwise', () => {
    expect(outputOf({ MirrorUrlOfOthers: 'a', MirrorUrl0a1b2c3d: 'b' }, stackOutputs.mirrorUrl)).toBeUndefined();
  });

  it('refuse to be missing, and say which', () => {
    const { MirrorMirrorUrl0A1B2C3D: _, ...rest } = found;

    expect(() => stackOutputsOf(rest, 'Other')).toThrow(
      expect.objectContaining({ name: 'BadFormat', message: 'the stack Other has no output MirrorUrl' }),
    );
  });

  it('refuse to choose between two mirrors', () => {
    expect(() => stackOutputsOf({ ...found, SecondMirrorUrl0A1B2C3D: 'b' }, 'Stack')).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringContaining('SecondMirrorUrl0A1B2C3D') }),
    );
  });
});
