import { afterAll, describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { TrueupReconcilerProps } from '../../lib/infra/props.ts';
import { TrueupReconciler } from '../../lib/infra/reconciler.ts';
import { allowedHosts, removeApps, unbundledApp } from './synthesised.ts';

afterAll(removeApps);

const vpcIds = {
  vpcId: 'vpc-1',
  availabilityZones: ['eu-central-1a'],
  privateSubnetIds: ['subnet-1'],
};

type Variant = (stack: Stack) => Partial<TrueupReconcilerProps>;

const variants: readonly (readonly [name: string, Variant])[] = [
  ['as it comes', () => ({})],
  ['with tracing and CloudTrail', () => ({ tracing: true, cloudTrailRotation: true })],
  ['in a VPC', (stack) => ({ vpc: Vpc.fromVpcAttributes(stack, 'Vpc', vpcIds) })],
  [
    'with keys',
    (stack) => ({
      kmsKey: new Key(stack, 'Key', { enableKeyRotation: true }),
      secretKeys: [new Key(stack, 'Theirs', { enableKeyRotation: true })],
    }),
  ],
];

/** Each finding that is not acknowledged, with the place. */
function findings(variant: Variant, env?: { account: string; region: string }): string[] {
  const app = unbundledApp();
  const stack = new Stack(app, 'Test', { ...(env && { env }) });
  const reconciler = new TrueupReconciler(stack, 'Trueup', { allowedHosts, ...variant(stack) });
  return [new AwsSolutionsChecks(app), new ServerlessChecks(app)].flatMap((pack) =>
    pack
      .validateScope(reconciler)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
      ),
  );
}

describe("cdk-nag's AwsSolutions and Serverless", () => {
  test.each(variants)('find nothing %s', (_name, variant) => {
    expect(findings(variant)).toEqual([]);
  });

  test('find nothing in a stack of one account and region', () => {
    const env = { account: '123456789012', region: 'eu-central-1' };
    expect(findings(() => ({}), env)).toEqual([]);
  });

  test('would find something: what is acknowledged is not all', () => {
    const app = unbundledApp();
    const stack = new Stack(app, 'Test');
    const key = new Key(stack, 'Key');
    const { violations } = new AwsSolutionsChecks(app).validateScope(key);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual(['AwsSolutions-KMS5']);
  });
});
