import { Stack } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { MirrorError } from '../errors';
import { acknowledge, starIn } from './findings';

/** Where in a VPC builds and functions run. */
export interface VpcNetwork {
  /** @default - none, and with it nothing of the rest */
  readonly vpc?: IVpc;
  /** @default - the private subnets */
  readonly vpcSubnets?: SubnetSelection;
  /** @default - a new one, which lets everything out and nothing in */
  readonly securityGroup?: ISecurityGroup;
}

interface Chosen {
  readonly vpc?: IVpc | undefined;
  readonly vpcSubnets?: SubnetSelection | undefined;
}

/**
 * The network of a whole mirror, with one security group, that others can let in by its name.
 * @throws BadInput (misuse) for subnets without a VPC, and for public ones
 */
export function vpcNetwork(scope: Construct, { vpc, vpcSubnets }: Chosen): VpcNetwork {
  checkNetwork({ vpc, vpcSubnets });
  if (vpc === undefined) return {};
  const description = 'cdk-maas-mirror: builds, Plan and CheckForUpdates';
  const securityGroup = new SecurityGroup(scope, 'SecurityGroup', { vpc, description, allowAllOutbound: true });
  return { vpc, securityGroup, ...(vpcSubnets !== undefined && { vpcSubnets }) };
}

/**
 * Refuses public subnets: what runs there waits for every answer from the internet until it times out.
 * @throws BadInput (misuse) for them, and for subnets without a VPC
 */
export function checkNetwork({ vpc, vpcSubnets }: Chosen): void {
  if (vpc === undefined) {
    if (vpcSubnets !== undefined) throw misuse('the property vpcSubnets is there and vpc is not', 'give vpc, too');
    return;
  }
  const open = new Set(vpc.publicSubnets.map(({ subnetId }) => subnetId));
  const found = vpc.selectSubnets(vpcSubnets).subnets.find(({ subnetId }) => open.has(subnetId));
  if (found === undefined) return;
  throw misuse(
    `the subnet ${found.node.path} of the property vpc is public`,
    'builds and functions get no public address, so nothing answers them there; name private subnets in vpcSubnets',
  );
}

/** What CodeBuild does by the role of a project in a VPC, as its user guide has it. It asks when the project is made. */
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
  acknowledge(role, anyResource, 'CodeBuild makes the network interfaces of builds in a VPC, and its guide wants any');
  acknowledge(
    role,
    starIn(role, interfaces),
    'nobody knows the names of network interfaces before; the condition keeps them to CodeBuild and these subnets',
  );
}

/** What Lambda does by the role of a function in a VPC: AWSLambdaVPCAccessExecutionRole without its logs. */
export function letFunctionIntoVpc(role: Role): void {
  role.addToPolicy(new PolicyStatement({ actions: [...functionActions], resources: ['*'] }));
  acknowledge(role, anyResource, 'Lambda makes the network interfaces of functions in a VPC, and its guide wants any');
}

function misuse(message: string, hint: string): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
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
