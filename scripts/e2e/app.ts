/**
 * The stack of `lib/infra/app.ts`, where roles are enforced by an emulator that differs from AWS in four things; each is
 * adapted in the finished template, and nothing else is:
 *
 * - it does not know `aws:ResourceAccount`, by which CDK's bootstrap lets its roles publish: the caller's credentials do;
 * - it is plain http, which the queues' policies deny;
 * - `Ref` of a secret gives its name, which matches no ARN in a policy;
 * - SendMessageBatch is an action of its own; at AWS `sqs:SendMessage` allows it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { App, CliCredentialsStackSynthesizer, type IStackSynthesizer } from 'aws-cdk-lib';
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
  readonly Properties: { PolicyDocument?: Document; Policies?: { PolicyDocument: Document }[] };
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
  for (const [id, { Type: type, Properties: properties }] of Object.entries(resources)) {
    const { PolicyDocument: document, Policies: policies = [] } = properties;
    for (const policy of policies) policy.PolicyDocument.Statement.forEach(adaptStatement);
    if (type !== 'AWS::SQS::QueuePolicy' || !document) continue;
    document.Statement = document.Statement.filter(({ Effect: effect }) => effect !== 'Deny');
    if (document.Statement.length === 0) delete resources[id];
  }
}

const app = new App();
const trueup = readContext(app.node.tryGetContext('trueup'));
const name = trueup.stackName ?? 'Trueup';
const synthesizer = new CliCredentialsStackSynthesizer() as IStackSynthesizer;
export const stack = new TrueupStack(app, name, { trueup, synthesizer });
const { templateFullPath } = app.synth().getStackByName(name);
const template = JSON.parse(readFileSync(templateFullPath, 'utf8')) as Template;
adapt(template);
writeFileSync(templateFullPath, JSON.stringify(template));
