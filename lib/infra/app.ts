import { App } from 'aws-cdk-lib';
import { readContext } from './context.ts';
import { TrueupStack } from './stack.ts';

const app = new App();
const trueup = readContext(app.node.tryGetContext('trueup'));
/** The stack with the context of cdk.json. */
export const stack = new TrueupStack(app, trueup.stackName ?? 'Trueup', { trueup });
app.synth();
