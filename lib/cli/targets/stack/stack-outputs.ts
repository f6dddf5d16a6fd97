import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import type { ClientOptions } from '../../../table/dynamodb/client.ts';
import { clientConfiguration } from '../../../table/dynamodb/client.ts';
import { isJsonObject } from '../../../model/json/json.ts';
import { storeError, storeProblem } from '../../../table/store-errors.ts';

/** Outputs of a stack by their names, such as `TrueupDesiredTable`. */
export type StackOutputs = ReadonlyMap<string, string>;

/**
 * The outputs of a deployed stack.
 *
 * @throws StoreError if there is no such stack, or it cannot be read
 */
export async function readStackOutputs(
  stack: string,
  options: ClientOptions = {},
): Promise<StackOutputs> {
  const at = { call: 'CloudFormation DescribeStacks', store: stack };
  const client = new CloudFormationClient(clientConfiguration(options));
  try {
    const { Stacks: [found] = [] } = await client.send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    const outputs = (found?.Outputs ?? []).flatMap(({ OutputKey: key, OutputValue: value }) =>
      key === undefined || value === undefined ? [] : [[key, value] as const],
    );
    return new Map(outputs);
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) {
      throw storeProblem('store-absent', at, 'there is no such stack in this account and region');
    }
    throw storeError(error, at);
  } finally {
    client.destroy();
  }
}

/**
 * A text in the metadata of the stack's template, because an output is limited to 1 KB.
 *
 * @returns undefined if the template has no such metadata
 * @throws StoreError if the template cannot be read
 */
export async function readStackMetadata(
  stack: string,
  name: string,
  options: ClientOptions = {},
): Promise<string | undefined> {
  const at = { call: 'CloudFormation GetTemplate', store: stack };
  const client = new CloudFormationClient(clientConfiguration(options));
  try {
    const { TemplateBody: body = '' } = await client.send(
      new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
    );
    const template: unknown = JSON.parse(body);
    const metadata = isJsonObject(template) ? template['Metadata'] : undefined;
    const value = isJsonObject(metadata) ? metadata[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) throw storeProblem('store-malformed', at, 'is not JSON');
    throw storeError(error, at);
  } finally {
    client.destroy();
  }
}
