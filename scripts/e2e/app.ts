/**
 * The stacks of `lib/infra`, where roles are enforced by an emulator that differs from AWS in four things; each is
 * adapted here, and nothing more:
 *
 * - it does not permit the roles of CDK's bootstrap to publish to their own bucket, so the caller's credentials are used;
 * - it is plain http, which the queues' policies deny;
 * - `Ref` of a secret gives its name, which matches no ARN in a policy;
 * - SendMessageBatch is an action of its own; at AWS `sqs:SendMessage` allows it.
 *
 * Each stack also has two roles: one with only the operator policy, and one without permissions.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import {
  App,
  CfnOutput,
  CliCredentialsStackSynthesizer,
  type IStackSynthesizer,
} from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { readContext } from '../../lib/infra/context.ts';
import { TrueupStack } from '../../lib/infra/stack.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  Action: unknown;
  Resource: unknown;
}

interface Document {
  Statement: Statement[];
}

interface Resource {
  readonly Type: string;
  readonly Properties?: { PolicyDocument?: Document; Policies?: { PolicyDocument: Document }[] };
}

interface Template {
  readonly Resources: Record<string, Resource>;
}

function adaptStatement(statement: Statement): void {
  if (statement.Sid === 'ReadFingerprintKey') {
    statement.Resource = {
      'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:*:*:secret:${AWS::StackName}-*',
    };
  }
  if (statement.Sid === 'SendWork') statement.Action = ['sqs:SendMessage', 'sqs:SendMessageBatch'];
}

function adapt({ Resources: resources }: Template): void {
  for (const [id, { Type: type, Properties: properties = {} }] of Object.entries(resources)) {
    const { PolicyDocument: document, Policies: policies = [] } = properties;
    for (const policy of policies) policy.PolicyDocument.Statement.forEach(adaptStatement);
    if (type === 'AWS::IAM::ManagedPolicy') document?.Statement.forEach(adaptStatement);
    if (type !== 'AWS::SQS::QueuePolicy' || !document) continue;
    document.Statement = document.Statement.filter(({ Effect: effect }) => effect !== 'Deny');
    if (document.Statement.length === 0) delete resources[id];
  }
}

/** A role that has the operator policy, and one that has no permissions. */
function addPeople(stack: TrueupStack): void {
  const { operatorPolicy } = stack.reconciler;
  for (const [name, managedPolicies] of Object.entries({
    Operator: [operatorPolicy],
    Nobody: [],
  })) {
    const { roleArn: value } = new Role(stack, name, {
      assumedBy: new AccountRootPrincipal(),
      managedPolicies,
    });
    new CfnOutput(stack, `${name}Output`, { value }).overrideLogicalId(`Trueup${name}RoleArn`);
  }
}

const app = new App();
const stacks = JSON.parse(String(app.node.tryGetContext('stacks') ?? '{}')) as Record<
  string,
  object
>;
for (const [name, context] of Object.entries(stacks)) {
  const synthesizer = new CliCredentialsStackSynthesizer() as IStackSynthesizer;
  addPeople(new TrueupStack(app, name, { trueup: readContext(context), synthesizer }));
}
for (const { templateFullPath } of app.synth().stacks) {
  const template = JSON.parse(readFileSync(templateFullPath, 'utf8')) as Template;
  adapt(template);
  writeFileSync(templateFullPath, JSON.stringify(template));
}
