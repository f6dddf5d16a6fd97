import { connection, salesforce, type Scene } from '../scene.ts';
import { check } from '../steps.ts';

/** The stacks are deleted, and what must not be lost is kept. */
export async function removal({ aws, deployment, output, steps }: Scene): Promise<void> {
  await steps.step('cdk destroy keeps tables and fingerprint key', async () => {
    await deployment.destroy();
    const desired = await aws.items(output('DesiredTable'), connection, 'server#');
    check(desired.length === 3, 'its rows');
    const record = await aws.item(output('LedgerTable'), connection, `server#${salesforce}`);
    check(record !== undefined, "the Ledger's records");
    check((await aws.secret(output('FingerprintSecret'))) !== undefined, 'the key');
    const queue = await aws.queue(output('QueueUrl')).catch(() => undefined);
    check(queue === undefined, 'and the queue is gone');
  });
}
