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
