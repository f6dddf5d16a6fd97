import { check } from '../steps.ts';
import type { Scene } from '../scene.ts';

/** From an empty account to the stack. @returns whether it was deployed */
export async function deploy(scene: Scene, settings: object): Promise<boolean> {
  const { deployment, steps } = scene;
  await steps.step('cdk bootstrap', () => deployment.bootstrap());
  const isDeployed = await steps.step('cdk deploy', async () => {
    const { length } = Object.keys(await scene.deploy(settings));
    check(length === 1, `one stack, not ${length}`);
    check(scene.output('DesiredTable') !== '', 'it has outputs');
  });
  if (!isDeployed) return false;
  await steps.step('cdk synth in a VPC: the functions are in its subnets', () =>
    isInVpc(scene, settings),
  );
  await steps.step('the tables are as declared', () => tablesAreSafe(scene));
  return true;
}

async function tablesAreSafe({ aws, output }: Scene): Promise<void> {
  const desired = await aws.table(output('DesiredTable'));
  check(desired?.StreamSpecification?.StreamViewType === 'NEW_AND_OLD_IMAGES', 'both images');
  check(desired?.GlobalSecondaryIndexes?.[0]?.IndexName === 'provider', 'the sparse index');
  const ledger = await aws.table(output('LedgerTable'));
  for (const table of [desired, ledger]) {
    check(table?.DeletionProtectionEnabled === true, 'protected from deletion');
  }
}

/** The emulator's functions have no network of their own: the template is looked at. */
async function isInVpc({ deployment }: Scene, settings: object): Promise<void> {
  const subnetIds = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
  const vpc = { id: 'vpc-0123456789abcdef0', subnetIds };
  const name = 'TrueupE2eVpc';
  const { [name]: template } = await deployment.synth({ [name]: { ...settings, vpc } });
  const found = Object.values(template?.Resources ?? {});
  const functions = found.filter(({ Type: type }) => type === 'AWS::Lambda::Function');
  check(functions.length === 3, `three functions, not ${functions.length}`);
  for (const { Properties: properties } of functions) {
    const { SubnetIds: own } = (properties['VpcConfig'] ?? {}) as { SubnetIds?: string[] };
    check(own?.join() === subnetIds.join(), `in the subnets, not ${own?.join()}`);
  }
  const rights = JSON.stringify(found.filter(({ Type: type }) => type === 'AWS::IAM::Role'));
  check(rights.includes('ec2:CreateNetworkInterface'), 'roles may create network interfaces');
}
