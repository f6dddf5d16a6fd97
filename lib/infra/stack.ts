import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { propsOf, type TrueupContext } from './context.ts';
import { TrueupReconciler } from './reconciler.ts';

/** Props of the stack: the construct's props, in the form of cdk.json. */
export interface TrueupStackProps extends StackProps {
  readonly trueup: TrueupContext;
}

/** A stack that has only Trueup. */
export class TrueupStack extends Stack {
  readonly reconciler: TrueupReconciler;

  constructor(scope: Construct, id: string, { trueup, ...props }: TrueupStackProps) {
    super(scope, id, {
      description: 'Trueup keeps MCP servers at gateways true to their declaration',
      ...props,
    });
    this.reconciler = new TrueupReconciler(this, 'Trueup', propsOf(this, trueup));
  }
}
