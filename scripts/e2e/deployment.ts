import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { account, region, type Emulator } from './emulator.ts';
import type { Processes } from './processes.ts';

const root = resolve(import.meta.dirname, '../..');

/** Names of outputs without their prefix, to values. */
export type Outputs = Readonly<Record<string, string>>;

/** The context key `trueup` of a stack, by the stack's name. */
export type Stacks = Readonly<Record<string, object>>;

/** A template, as CloudFormation reads it. */
export interface Synthesised {
  readonly Resources: Readonly<
    Record<
      string,
      { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }
    >
  >;
}

/** The CDK command line, on a copy of the repository, so that its code can change between two deployments. */
export interface Deployment {
  readonly bootstrap: () => Promise<void>;
  /** Deploys these stacks. @returns their outputs by name */
  readonly deploy: (stacks: Stacks) => Promise<Readonly<Record<string, Outputs>>>;
  /** Synthesises these stacks, deploying none. @returns their templates by name */
  readonly synth: (stacks: Stacks) => Promise<Readonly<Record<string, Synthesised>>>;
  /** Changes the code of the next deployment. */
  readonly replace: (file: string, before: string, after: string) => void;
  /** Destroys the last deployment. */
  readonly destroy: () => Promise<void>;
}

export function deploymentOn(emulator: Emulator, processes: Processes): Deployment {
  const copy = join(emulator.folder, 'repository');
  mkdirSync(copy);
  for (const name of ['lib', 'functions', 'cdk.json', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  cpSync(join(root, 'scripts/e2e/app.ts'), join(copy, 'scripts/e2e/app.ts'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const app = ['--app', `"${process.execPath}" scripts/e2e/app.ts`];
  let context: readonly string[] = [];

  async function cdk(cwd: string, ...parameters: readonly string[]): Promise<void> {
    const program = join(root, 'node_modules/aws-cdk/bin/cdk');
    const { code, stdout, stderr } = await processes.run(
      process.execPath,
      [program, ...parameters],
      { cwd, timeoutMs: 180_000, env: { PATH: process.env['PATH'], ...emulator.environment } },
    );
    if (code !== 0) throw new Error(`cdk ${parameters[0]} failed:\n${stdout}\n${stderr}`);
  }

  return {
    bootstrap: () => cdk(emulator.folder, 'bootstrap', `aws://${account}/${region}`),
    deploy: async (stacks) => {
      context = ['-c', `stacks=${JSON.stringify(stacks)}`];
      const file = join(copy, 'outputs.json');
      const quiet = ['--require-approval', 'never', '--outputs-file', file];
      await cdk(copy, 'deploy', '--all', ...quiet, ...app, ...context);
      const outputs = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outputs>;
      return Object.fromEntries(
        Object.entries(outputs).map(([stack, values]) => [stack, withoutPrefix(values)]),
      );
    },
    synth: async (stacks) => {
      const out = join(copy, 'synthesised');
      const of = ['-c', `stacks=${JSON.stringify(stacks)}`];
      await cdk(copy, 'synth', '--quiet', '--output', out, ...app, ...of);
      const templateOf = (name: string) =>
        JSON.parse(readFileSync(join(out, `${name}.template.json`), 'utf8')) as Synthesised;
      return Object.fromEntries(Object.keys(stacks).map((name) => [name, templateOf(name)]));
    },
    replace: (file, before, after) => {
      const text = readFileSync(join(copy, file), 'utf8');
      if (!text.includes(before)) throw new Error(`${file} has no '${before}'`);
      writeFileSync(join(copy, file), text.replace(before, after));
    },
    destroy: () => cdk(copy, 'destroy', '--all', '--force', ...app, ...context),
  };
}

function withoutPrefix(values: Outputs): Outputs {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.replace(/^Trueup/, ''), value]),
  );
}
