import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { TrueupReconcilerProps } from '../props.ts';

/** Where the functions run: in Lambda's own network, or in a VPC. */
export type Network = Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

/**
 * The network of the functions. In a VPC they have one security group, which allows all outbound and no inbound
 * traffic, unless the user sets others.
 *
 * @throws Error if subnets or security groups have no VPC
 */
export function networkOf(
  scope: Construct,
  { vpc, subnets, securityGroups }: TrueupReconcilerProps,
): Network {
  if (vpc === undefined) {
    if (subnets === undefined && securityGroups === undefined) return {};
    throw new Error('Trueup: vpc must be set if subnets or securityGroups are set');
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
