import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { account, region, type Emulator } from './emulator.ts';

const root = resolve(import.meta.dirname, '../..');
const stackName = 'TrueupE2e';

/** Names of outputs without their prefix, to values. */
export type Outputs = Readonly<Record<string, string>>;

/** The CDK command line, on a copy of the repository, so that its code can change between two deployments. */
export interface Deployment {
  readonly bootstrap: () => void;
  /** @returns the stack's outputs */
  readonly deploy: (trueup: object) => Outputs;
  /** Changes the code of the next deployment. */
  readonly replace: (file: string, before: string, after: string) => void;
  readonly destroy: () => void;
}

export function deploymentOn(emulator: Emulator): Deployment {
  const copy = join(emulator.folder, 'repository');
  mkdirSync(copy);
  for (const name of ['lib', 'functions', 'cdk.json', 'package.json', 'package-lock.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  cpSync(join(root, 'scripts/e2e/app.ts'), join(copy, 'scripts/e2e/app.ts'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const app = `"${process.execPath}" scripts/e2e/app.ts`;
  const log = join(copy, 'cdk.log');
  let context = '';

  function cdk(...parameters: string[]): void {
    const program = join(root, 'node_modules/aws-cdk/bin/cdk');
    try {
      const text = execFileSync(process.execPath, [program, '--app', app, ...parameters], {
        cwd: copy,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 180_000,
        env: { PATH: process.env['PATH'], HOME: emulator.folder, ...emulator.environment },
      });
      writeFileSync(log, text, { flag: 'a' });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`cdk ${parameters[0]} failed:\n${stdout}\n${stderr}`, { cause: error });
    }
  }

  return {
    bootstrap: () => cdk('bootstrap', `aws://${account}/${region}`),
    deploy: (trueup) => {
      context = JSON.stringify({ stackName, ...trueup });
      const file = join(copy, 'outputs.json');
      cdk(
        'deploy',
        '--all',
        '--require-approval',
        'never',
        '--outputs-file',
        file,
        '-c',
        `trueup=${context}`,
      );
      const outputs = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Outputs>;
      return Object.fromEntries(
        Object.entries(outputs[stackName] ?? {}).map(([name, value]) => [
          name.replace(/^Trueup/, ''),
          value,
        ]),
      );
    },
    replace: (file, before, after) => {
      const text = readFileSync(join(copy, file), 'utf8');
      if (!text.includes(before)) throw new Error(`${file} has no '${before}'`);
      writeFileSync(join(copy, file), text.replace(before, after));
    },
    destroy: () => cdk('destroy', '--all', '--force', '-c', `trueup=${context}`),
  };
}
