/**
 * What somebody gets from the package: packs it, installs it in an empty folder, and there synthesises a CDK app of five
 * lines, checks its types, and runs the command line and its demo.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleName } from '../lib/infra/bundle.ts';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'trueup-pack-'));

const app = `import { App, Stack } from 'aws-cdk-lib';
import { TrueupReconciler } from 'trueup/infra';
const app = new App({ outdir: 'cdk.out' });
new TrueupReconciler(new Stack(app, 'Mcp'), 'Trueup', { allowedHosts: { barndoor: ['acme.platform.barndoor.ai'] } });
app.synth();
`;

const tsconfig = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    strict: true,
    noEmit: true,
    types: [],
  },
};

const { devDependencies: pinned, version } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as { readonly devDependencies: Record<string, string>; readonly version: string };

function run(command: string, ...parameters: string[]): string {
  process.stdout.write(`$ ${[command, ...parameters].join(' ')}\n`);
  return execFileSync(command, parameters, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function check(fits: boolean, what: string): void {
  if (!fits) throw new Error(`${what}: not so`);
  process.stdout.write(`ok ${what}\n`);
}

function synthesises(): void {
  writeFileSync(join(folder, 'app.mjs'), app);
  run('node', 'app.mjs');
  const out = join(folder, 'cdk.out');
  const template = JSON.parse(readFileSync(join(out, 'Mcp.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string }>;
  };
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  const functions = types.filter((type) => type === 'AWS::Lambda::Function').length;
  check(functions === 3, 'a CDK app of five lines synthesises, with three functions');
  const bundles = readdirSync(out, { recursive: true, encoding: 'utf8' });
  const built = bundles.filter((name) => name.endsWith(bundleName)).length;
  check(built === 3, 'it takes the built bundles, and bundles nothing');
}

function hasTypes(): void {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  writeFileSync(join(folder, 'app.ts'), app);
  run('npx', 'tsc', '-p', '.');
  check(true, 'it compiles in strict TypeScript, library types checked as well');
}

function hasProgram(): void {
  const help = run('npx', 'trueup', '--help');
  check(help.includes('Usage: trueup'), 'npx trueup --help runs');
  check(run('npx', 'trueup', '--version').trim() === version, 'npx trueup --version says its own');
  const { passes } = JSON.parse(run('npx', 'trueup', 'demo', '--json')) as { passes: object[] };
  check(passes.length > 5, `npx trueup demo runs: ${passes.length} passes`);
  const plan = run('npx', 'trueup', 'plan', '--local');
  check(/^Plan: /m.test(plan), 'npx trueup plan --local plans on the embedded world');
  run('npx', 'trueup', 'init');
  run('npx', 'trueup', 'validate', 'trueup.yaml');
  const schemas = readdirSync(join(folder, 'node_modules/trueup/schemas'));
  check(schemas.includes('trueup.schema.json'), `the JSON Schemas are there: ${schemas.length}`);
}

try {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const tarball = packed.trim().split('\n').at(-1) ?? '';
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const others = ['aws-cdk-lib', 'constructs', 'typescript'].map(
    (name) => `${name}@${pinned[name]}`,
  );
  run('npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', `./${tarball}`, ...others);
  synthesises();
  hasTypes();
  hasProgram();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
