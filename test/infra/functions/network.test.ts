import { afterAll, describe, expect, test } from '@jest/globals';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { propsOf } from '../../../lib/infra/context.ts';
import {
  allowedHosts,
  removeApps,
  resource,
  resources,
  statements,
  template,
} from '../synthesised.ts';

afterAll(removeApps);

const names = ['TrueupScheduled', 'TrueupStream', 'TrueupQueued'];
const configOf = (from: ReturnType<typeof template>, name: string) =>
  resource(from, 'AWS::Lambda::Function', name).Properties['VpcConfig'];
const inVpc = template((stack) => ({
  vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
  }),
}));

describe('functions in a VPC', () => {
  test('are in its private subnets, with one security group of their own that lets none in', () => {
    const group = resource(inVpc, 'AWS::EC2::SecurityGroup', 'TrueupFunctionsGroup');
    expect(group.Properties['VpcId']).toBe('vpc-1');
    expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
    for (const name of names) {
      expect(configOf(inVpc, name)).toEqual({
        SubnetIds: ['subnet-a', 'subnet-b'],
        SecurityGroupIds: [{ 'Fn::GetAtt': [group.id, 'GroupId'] }],
      });
    }
  });

  test('let Lambda make network interfaces with their roles, and not their own code', () => {
    for (const name of names) {
      const { UseNetwork, CodeUsesNoNetworkInterfaces: denied } = statements(inVpc, `${name}Role`);
      expect(UseNetwork).toMatchObject({ Effect: 'Allow', Resource: '*' });
      expect(UseNetwork?.Action).toEqual([
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ]);
      expect(denied).toMatchObject({ Effect: 'Deny', Action: UseNetwork?.Action });
      expect(JSON.stringify(denied?.Condition)).toContain('lambda:SourceFunctionArn');
    }
  });

  test('have the subnets and groups that are named, by props or in cdk.json', () => {
    const byProps = template((stack) => ({
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['any'] }),
      subnets: { subnets: [Subnet.fromSubnetId(stack, 'Private', 'subnet-c')] },
      securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')],
    }));
    const byContext = template((stack) =>
      propsOf(stack, {
        allowedHosts,
        vpc: { id: 'vpc-1', subnetIds: ['subnet-c'], securityGroupIds: ['sg-1'] },
      }),
    );
    for (const stack of [byProps, byContext]) {
      for (const name of names) {
        expect(configOf(stack, name)).toEqual({
          SubnetIds: ['subnet-c'],
          SecurityGroupIds: ['sg-1'],
        });
      }
      const types = Object.values(resources(stack)).map(({ Type }) => Type);
      expect(types).not.toContain('AWS::EC2::SecurityGroup');
    }
  });

  test('without a VPC have neither the rights nor a group, and subnets alone are an error', () => {
    const stack = template();
    expect(configOf(stack, 'TrueupQueued')).toBeUndefined();
    expect(statements(stack, 'TrueupQueuedRole')).not.toHaveProperty('UseNetwork');
    expect(() => template({ subnets: {} })).toThrow('vpc must be set');
    expect(() => template({ securityGroups: [] })).toThrow('vpc must be set');
  });
});
