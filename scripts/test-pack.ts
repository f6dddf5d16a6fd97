/**
 * Tries the package as a user would: packs it, installs it in an empty folder, measures what is installed, runs the command
 * line there, and synthesises a CDK app of five lines and checks its types.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { exitCodes } from '../lib/cli/errors/exit-codes.ts';
import { bundleName } from '../lib/infra/functions/bundle.ts';

const root = resolve(import.meta.dirname, '..');
const {
  name,
  devDependencies: pinned,
  version,
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly devDependencies: Record<string, string>;
  readonly version: string;
};
const folder = mkdtempSync(join(tmpdir(), 'trueup-pack-'));

const app = `import { App, Stack } from 'aws-cdk-lib';
import { TrueupReconciler } from '${name}/infra';
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

/** The size limit of the package with its dependencies, in megabytes. */
const mostMegabytes = 50;
/** Only in the repository: a Node binary, emulators, native modules. */
const repositoryOnly =
  /(?:^|\/)(?:node-(?:linux|darwin|win)-\w+|dynalite|openapi-backend|classic-level|trueup-node)\/|\.node$/;

function isSmall(): void {
  const modules = join(folder, 'node_modules');
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8' });
  // Blocks, as `du` counts them.
  const bytes = files.reduce((sum, file) => sum + lstatSync(join(modules, file)).blocks * 512, 0);
  const packages = files.filter((file) =>
    /^(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/.@]+\/package\.json$/.test(file),
  );
  const megabytes = Math.ceil(bytes / 1024 ** 2);
  check(
    megabytes <= mostMegabytes,
    `what is installed takes ${megabytes} MB in ${packages.length} packages; at most ${mostMegabytes} MB`,
  );
  const found = files.filter((file) => repositoryOnly.test(file));
  check(
    found.length === 0,
    `no Node, emulator or native module is installed: ${found.join(', ') || 'none'}`,
  );
}

/** The embedded world is the repository's: a usage error says so. */
function refuses(what: string, ...parameters: string[]): void {
  const { status, stderr } = spawnSync('npx', ['trueup', ...parameters], {
    cwd: folder,
    encoding: 'utf8',
  });
  check(
    status === exitCodes.invalid && stderr.includes(`${what} needs the embedded world`),
    `npx trueup ${parameters.join(' ')} is refused with a usage error`,
  );
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
  const built = bundles.filter((file) => file.endsWith(bundleName)).length;
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
  refuses('demo', 'demo');
  refuses('--local', 'plan', '--local');
  run('npx', 'trueup', 'init');
  run('npx', 'trueup', 'validate', 'trueup.yaml');
  const schemas = readdirSync(join(folder, 'node_modules', name, 'schemas'));
  check(schemas.includes('trueup.schema.json'), `the JSON Schemas are there: ${schemas.length}`);
}

try {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const tarball = packed.trim().split('\n').at(-1) ?? '';
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  run('npm', ...install, '--omit=dev', `./${tarball}`);
  isSmall();
  hasProgram();
  const others = ['aws-cdk-lib', 'constructs', 'typescript'].map(
    (other) => `${other}@${pinned[other]}`,
  );
  run('npm', ...install, ...others);
  synthesises();
  hasTypes();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
