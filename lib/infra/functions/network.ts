import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { TrueupReconcilerProps } from '../props.ts';

/** Where the functions run: in Lambda's own network, or in a VPC. */
export type Network = Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

/**
 * The network of the functions. In a VPC they have one security group, which lets all out and none in, unless the user has
 * others.
 *
 * @throws Error if subnets or security groups have no VPC
 */
export function networkOf(
  scope: Construct,
  { vpc, subnets, securityGroups }: TrueupReconcilerProps,
): Network {
  if (vpc === undefined) {
    if (subnets === undefined && securityGroups === undefined) return {};
    throw new Error('Trueup: vpc must be given where subnets or securityGroups are');
  }
  const own = () => [
    new SecurityGroup(scope, 'FunctionsGroup', {
      vpc,
      description: 'Functions of Trueup: outbound calls only',
      allowAllOutbound: true,
    }),
  ];
  return {
    vpc,
    ...(subnets !== undefined && { vpcSubnets: subnets }),
    securityGroups: [...(securityGroups ?? own())],
  };
}
