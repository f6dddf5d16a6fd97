import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, type AppProps } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { TrueupReconciler } from '../../lib/infra/reconciler.ts';
import type { TrueupReconcilerProps } from '../../lib/infra/props.ts';

/** The least that a deployment decides. */
export const allowedHosts = { barndoor: ['acme.platform.barndoor.ai', 'auth.barndoor.ai:8443'] };

const folders: string[] = [];

/** Removes what the apps wrote. */
export function removeApps(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/**
 * An app whose functions are not bundled: templates are about everything else. CDK's own check of templates takes longer
 * than all the rest of a synthesis; `npm run lint:template` includes it.
 */
export function unbundledApp({ context = {}, ...props }: AppProps = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), 'trueup-infra-'));
  folders.push(outdir);
  return new App({
    builtinCloudFormationValidation: false,
    outdir,
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
    ...props,
  });
}

/** The template of a stack with a reconciler; props may be made from the stack. */
export function template(
  props: Partial<TrueupReconcilerProps> | ((stack: Stack) => Partial<TrueupReconcilerProps>) = {},
): Template {
  const stack = new Stack(unbundledApp(), 'Test');
  const more = typeof props === 'function' ? props(stack) : props;
  const reconciler = new TrueupReconciler(stack, 'Trueup', { allowedHosts, ...more });
  return Template.fromStack(Stack.of(reconciler));
}

type Json = Record<string, unknown>;

/** A resource of a template, as CloudFormation reads it. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Json;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** All resources, by logical id. */
export function resources(from: Template): Record<string, Resource> {
  return (from.toJSON() as { Resources: Record<string, Resource> }).Resources;
}

/** The one resource whose logical id begins so, such as `TrueupDesired`. */
export function resource(from: Template, type: string, begin: string): Resource & { id: string } {
  const found = Object.entries(resources(from)).filter(
    ([id, { Type }]) => Type === type && id.startsWith(begin),
  );
  const [id, one] = found[0] ?? [];
  if (id === undefined || !one || found.length > 1) {
    throw new Error(`${found.length} resources ${type} ${begin}`);
  }
  return { id, ...one };
}

export interface Statement {
  readonly Sid: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Statements of a role's inline policy, by Sid. */
export function statements(from: Template, role: string): Record<string, Statement> {
  const { Properties } = resource(from, 'AWS::IAM::Role', role);
  const [policy] = Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
  return Object.fromEntries((policy?.PolicyDocument.Statement ?? []).map((one) => [one.Sid, one]));
}
