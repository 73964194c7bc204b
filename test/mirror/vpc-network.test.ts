import { Match } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { UbuntuRelease } from '../../lib';
import { everyProp } from './every-prop';
import { idsOf, madeMirror, propertiesOf } from './made-mirror';
import '../fixtures/needs-seconds';

describe('the network of a mirror', () => {
  it('vpc: runs the builds, Plan and CheckForUpdates in its private subnets, and nothing else', () => {
    const { template: made } = madeMirror((stack) => ({ releases: [UbuntuRelease.NOBLE], vpc: new Vpc(stack, 'Vpc') }));

    const subnets = [1, 2].map((at) => ({ Ref: expect.stringMatching(`^VpcPrivateSubnet${at}`) }));
    expect(propertiesOf(made, 'AWS::CodeBuild::Project')).toHaveLength(7);
    for (const { VpcConfig } of propertiesOf(made, 'AWS::CodeBuild::Project')) {
      expect(VpcConfig).toMatchObject({ VpcId: { Ref: expect.stringMatching(/^Vpc/) }, Subnets: subnets });
    }
    const inside = propertiesOf(made, 'AWS::Lambda::Function').filter(({ VpcConfig }) => VpcConfig !== undefined);
    expect(inside.map(({ Description }) => Description).sort()).toEqual([
      'cdk-maas-mirror: check-for-updates',
      'cdk-maas-mirror: plan',
    ]);
    for (const { VpcConfig } of inside) expect(VpcConfig).toMatchObject({ SubnetIds: subnets });
  });

  it('vpc: has one security group for all, which lets everything out and nothing in', () => {
    const { mirror, stack, template: made } = madeMirror(everyProp);

    const [group] = idsOf(made, 'AWS::EC2::SecurityGroup');
    const own = { 'Fn::GetAtt': [group, 'GroupId'] };
    expect(propertiesOf(made, 'AWS::EC2::SecurityGroup')).toMatchObject([
      { SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] },
    ]);
    expect(propertiesOf(made, 'AWS::EC2::SecurityGroup')[0]).not.toHaveProperty('SecurityGroupIngress');
    made.allResourcesProperties('AWS::CodeBuild::Project', { VpcConfig: { SecurityGroupIds: [own] } });
    for (const { VpcConfig } of propertiesOf(made, 'AWS::Lambda::Function')) {
      if (VpcConfig !== undefined) expect(VpcConfig.SecurityGroupIds).toEqual([own]);
    }
    const { securityGroups } = mirror.builds.fetch.project.connections;
    expect(stack.resolve(securityGroups.map((one) => one.securityGroupId))).toEqual([own]);
  });

  it('vpcSubnets: are where builds, Plan and CheckForUpdates run', () => {
    const { template: made } = madeMirror(everyProp);

    const subnets = [1, 2].map((at) => ({ Ref: Match.stringLikeRegexp(`^VpcInnerSubnet${at}`) }));
    made.allResourcesProperties('AWS::CodeBuild::Project', { VpcConfig: { Subnets: subnets } });
    for (const name of ['plan', 'check-for-updates']) {
      made.hasResourceProperties('AWS::Lambda::Function', {
        Description: `cdk-maas-mirror: ${name}`,
        VpcConfig: { SubnetIds: subnets },
      });
    }
  });

  it('vpc: gives the builds their rights before CodeBuild asks for them', () => {
    const { template: made } = madeMirror(everyProp);

    const projects = Object.values(made.findResources('AWS::CodeBuild::Project'));
    for (const { DependsOn, Properties } of projects) {
      const [role] = Properties.ServiceRole['Fn::GetAtt'];
      const policies = Object.entries(made.findResources('AWS::IAM::Policy')).filter(
        ([, policy]) => policy.Properties.Roles[0].Ref === role,
      );
      expect(DependsOn.toSorted()).toEqual([role, ...policies.map(([id]) => id)].toSorted());
      expect(policies).toHaveLength(1);
    }
  });

  it('vpcSubnets: refuses public ones, where nothing has a public address, and those of no VPC', () => {
    const vpcSubnets = { subnetType: SubnetType.PUBLIC };

    expect(() => madeMirror((stack) => ({ vpc: new Vpc(stack, 'Vpc'), vpcSubnets }))).toThrow(
      expect.objectContaining({
        misuse: true,
        message: expect.stringMatching(/^vpcSubnets selects the public subnet Stack\/Vpc\/PublicSubnet1,/),
      }),
    );
    expect(() => madeMirror(() => ({ vpcSubnets }))).toThrow(
      expect.objectContaining({ misuse: true, message: expect.stringMatching(/^vpcSubnets is set without vpc\n/) }),
    );
  });
});
