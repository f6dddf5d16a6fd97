import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, Role, ServicePrincipal, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type RecursiveLoop,
  Function as LambdaFunction,
  Runtime,
  Tracing,
  type FunctionOptions,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionName } from './bundle.ts';
import { functionCode, handler } from './function-code.ts';
import { useNetwork, writeLogs, writeTraces } from '../access/permissions.ts';
import type { Network } from './network.ts';
import { functionTimeout } from '../settings.ts';

/** Props of one of Trueup's functions. */
export interface TrueupFunctionProps {
  readonly name: FunctionName;
  readonly description: string;
  readonly memory: number;
  /** Written to a file next to the code. */
  readonly allowedHosts: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly permissions: readonly PolicyStatement[];
  readonly logRetention?: RetentionDays | undefined;
  readonly tracing?: boolean | undefined;
  /** Defaults to Lambda's own. */
  readonly network?: Network | undefined;
  /** Defaults to Lambda's, which stops a loop of functions and queues after about 16 invocations. */
  readonly recursiveLoop?: RecursiveLoop;
  /** For asynchronous invocations. */
  readonly asynchronous?: Pick<FunctionOptions, 'retryAttempts' | 'maxEventAge' | 'onFailure'>;
}

/** A function with its own log group, and its own role with only the given permissions. */
export class TrueupFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: TrueupFunctionProps) {
    super(scope, id);
    const { tracing = false, logRetention = RetentionDays.ONE_MONTH, network = {} } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Trueup's function ${props.name}`,
      inlinePolicies: {
        pass: new PolicyDocument({
          statements: [
            writeLogs(this.logGroup.logGroupArn),
            ...(tracing ? [writeTraces()] : []),
            ...(network.vpc ? useNetwork(this) : []),
            ...props.permissions,
          ],
        }),
      },
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: functionCode(props.name, props.allowedHosts),
      handler,
      timeout: functionTimeout,
      memorySize: props.memory,
      environment: { ...props.environment },
      // Imported by its ARN and immutable, so that no other construct can add a permission to it.
      role: Role.fromRoleArn(this, 'ClosedRole', this.role.roleArn, { mutable: false }),
      logGroup: this.logGroup,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...network,
      ...(props.recursiveLoop !== undefined && { recursiveLoop: props.recursiveLoop }),
      ...props.asynchronous,
    });
  }
}
