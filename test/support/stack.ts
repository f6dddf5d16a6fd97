import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EmbeddedWorld } from '../../demo/world/embedded-world.ts';
import { version } from '../../lib/cli/version.ts';

/** A deployed stack whose tables and queue are those of an embedded world, for `--stack NAME`. */
export interface DeployedStack {
  readonly name: string;
  readonly close: () => Promise<void>;
}

/** CloudFormation's DescribeStacks and GetTemplate on loopback, where the SDK of this process finds it. */
export async function startStack(
  { settings }: EmbeddedWorld,
  deployed: string = version(),
): Promise<DeployedStack> {
  const name = 'trueup-test';
  const outputs = {
    TrueupVersion: deployed,
    TrueupDesiredTable: settings.desiredTable,
    TrueupLedgerTable: settings.ledgerTable,
    TrueupFingerprintSecret: settings.fingerprintSecret,
    TrueupSecretPrefix: settings.secretPrefix,
    TrueupQueueUrl: settings.queueUrl ?? '',
    TrueupEventBus: settings.eventBus ?? '',
  };
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const found = `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  const metadata = JSON.stringify({ Metadata: { TrueupAllowedHosts: settings.allowedHosts } });
  const template = `<GetTemplateResponse><GetTemplateResult><TemplateBody>${metadata}</TemplateBody></GetTemplateResult></GetTemplateResponse>`;
  const absent = (asked: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${asked} does not exist</Message></Error></ErrorResponse>`;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const asked = form.get('StackName') ?? '';
      response.writeHead(asked === name ? 200 : 400, { 'content-type': 'text/xml' });
      const answer = form.get('Action') === 'GetTemplate' ? template : found;
      response.end(asked === name ? answer : absent(asked));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const putBack = setVariables({
    AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'eu-west-1',
  });
  return {
    name,
    close: async () => {
      putBack();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The SDK reads them from nowhere else. @returns how to have them as they were */
function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
