/**
 * Synthesises the stack without network, with the settings of cdk.json and with all settings, and checks the templates
 * against CloudFormation's own schemas: `cfn-lint`, with all of its rules.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { assertGuarded, synthesiseOffline } from './offline-synth.ts';
import { cfnLint } from './python-tool.ts';

const place = 'eu-central-1:123456789012';
const key = `arn:aws:kms:${place}:key/0f0e0d0c-1111-2222-3333-444455556666`;
const everything = {
  stackName: 'Everything',
  allowedHosts: { barndoor: ['acme.platform.barndoor.ai'], alloy: ['mcp.runalloy.com:8443'] },
  scheduleMinutes: 480,
  inlineShare: 5,
  connectionsAtOnce: 3,
  concurrency: 7,
  memory: 1024,
  secretPrefix: 'gateways',
  secretKeyArns: [key],
  cloudTrailRotation: true,
  eventBusArn: `arn:aws:events:${place}:event-bus/mine`,
  logRetentionDays: 365,
  alarmTopicArn: `arn:aws:sns:${place}:pager`,
  failingForMinutes: 30,
  failingShare: 0.1,
  kmsKeyArn: key,
  removalPolicy: 'destroy',
  tracing: true,
};
const vpc = {
  id: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};
const table = `arn:aws:dynamodb:${place}:table`;
const kept = {
  ...everything,
  stackName: 'Kept',
  desiredTable: { arn: `${table}/rows`, streamArn: `${table}/rows/stream/1`, keyArn: key },
  ledgerTable: { arn: `${table}/book` },
  fingerprintKeyArn: `arn:aws:secretsmanager:${place}:secret:kept-a1B2c3`,
  vpc: { ...vpc, securityGroupIds: ['sg-0123456789abcdef0'] },
};
/** With a security group of its own. */
const inVpc = { ...everything, stackName: 'InVpc', vpc };

assertGuarded();
synthesiseOffline('cdk.out');
synthesiseOffline('cdk.out/everything', everything);
synthesiseOffline('cdk.out/kept', kept);
synthesiseOffline('cdk.out/vpc', inVpc);
const templates = globSync([
  'cdk.out/*.template.json',
  'cdk.out/{everything,kept,vpc}/*.template.json',
]);
if (templates.length < 4) throw new Error(`too few templates in cdk.out: ${templates.join(', ')}`);
process.stdout.write(`cdk synth: ${templates.length} templates, and no connection opened\n`);
const program = cfnLint();
const { status } = spawnSync(program, templates, { stdio: 'inherit' });
process.stdout.write(
  `cfn-lint: ${templates.length} templates, ${status === 0 ? 'clean' : 'not clean'}\n`,
);
process.exitCode = status ?? 1;
