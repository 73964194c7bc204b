import { Stack } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge, starIn } from './findings';
import { atSynth, refused } from './refusals/synth-error';

/** The network of builds and functions in a VPC. */
export interface VpcNetwork {
  /** @default - no VPC; the other fields then have no meaning */
  readonly vpc?: IVpc;
  /** @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** @default - a new one that allows all outbound and no inbound traffic */
  readonly securityGroup?: ISecurityGroup;
}

interface Chosen {
  readonly vpc?: IVpc | undefined;
  readonly vpcSubnets?: SubnetSelection | undefined;
}

/**
 * The network of a whole mirror, with one security group, which rules of other security groups can refer to.
 * @throws BadInput (misuse) for subnets without a VPC, and for public subnets
 */
export function vpcNetwork(scope: Construct, { vpc, vpcSubnets }: Chosen): VpcNetwork {
  atSynth({ scope }, () => checkNetwork({ vpc, vpcSubnets }));
  if (vpc === undefined) return {};
  const description = 'cdk-maas-mirror: builds, Plan and CheckForUpdates';
  const securityGroup = new SecurityGroup(scope, 'SecurityGroup', { vpc, description, allowAllOutbound: true });
  return { vpc, securityGroup, ...(vpcSubnets !== undefined && { vpcSubnets }) };
}

/**
 * Refuses public subnets: builds and functions get no public address there, and all their connections would time out.
 * @throws BadInput (misuse) for public subnets, and for subnets without a VPC
 */
export function checkNetwork({ vpc, vpcSubnets }: Chosen): void {
  if (vpc === undefined) {
    if (vpcSubnets !== undefined) throw refused(['vpcSubnets'], 'is set without vpc', 'set vpc as well');
    return;
  }
  const open = new Set(vpc.publicSubnets.map(({ subnetId }) => subnetId));
  const found = vpc.selectSubnets(vpcSubnets).subnets.find(({ subnetId }) => open.has(subnetId));
  if (found === undefined) return;
  throw refused(
    [vpcSubnets === undefined ? 'vpc' : 'vpcSubnets'],
    `selects the public subnet ${found.node.path}, where builds and functions have no internet access`,
    'select private subnets in vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS }',
  );
}

/** The permissions that CodeBuild needs for a project in a VPC, by its user guide. It checks them when the project is created. */
export function letBuildsIntoVpc(role: Role, vpc: IVpc, vpcSubnets: SubnetSelection | undefined): void {
  const stack = Stack.of(role);
  const ec2 = (resource: string, resourceName: string) => stack.formatArn({ service: 'ec2', resource, resourceName });
  const interfaces = ec2('network-interface', '*');
  const subnets = vpc.selectSubnets(vpcSubnets).subnetIds.map((id) => ec2('subnet', id));
  role.addToPolicy(new PolicyStatement({ actions: [...buildActions], resources: ['*'] }));
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ec2:CreateNetworkInterfacePermission'],
      resources: [interfaces],
      conditions: { StringEquals: { 'ec2:Subnet': subnets, 'ec2:AuthorizedService': 'codebuild.amazonaws.com' } },
    }),
  );
  acknowledge(
    role,
    anyResource,
    'CodeBuild creates the network interfaces of builds in a VPC; its user guide requires all resources',
  );
  acknowledge(
    role,
    starIn(role, interfaces),
    'the ids of network interfaces are not known in advance; the condition limits them to CodeBuild and these subnets',
  );
}

/** The permissions that Lambda needs for a function in a VPC: AWSLambdaVPCAccessExecutionRole without logs. */
export function letFunctionIntoVpc(role: Role): void {
  role.addToPolicy(new PolicyStatement({ actions: [...functionActions], resources: ['*'] }));
  acknowledge(
    role,
    anyResource,
    'Lambda creates the network interfaces of functions in a VPC; its guide requires all resources',
  );
}

const anyResource = 'IAM5[Resource::*]';

const buildActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeDhcpOptions',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeVpcs',
];
const functionActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
