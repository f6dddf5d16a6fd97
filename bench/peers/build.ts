import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A Go program at the version that is compared with. */
interface GoProgram {
  readonly module: string;
  readonly version: string;
  /** Below the module. */
  readonly main: string;
  readonly binary: string;
  /** What `go build` of a module of ours does not take over from theirs. */
  readonly replace?: string;
}

export const tofu: GoProgram = {
  module: 'github.com/opentofu/opentofu',
  version: 'v1.12.6',
  main: '/cmd/tofu',
  binary: 'tofu',
  replace:
    'github.com/hashicorp/hcl/v2 v2.20.1 => github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828',
};

export const restapi: GoProgram = {
  module: 'github.com/Mastercard/terraform-provider-restapi',
  version: 'v1.20.0',
  main: '',
  binary: 'terraform-provider-restapi',
};

const cache = resolve(import.meta.dirname, '../../.cache/peers');

/** Go's version; undefined without Go on the PATH. */
export function goVersion(): string | undefined {
  const { status, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Builds a program in a folder of its own below `.cache/peers`, unless it is there.
 *
 * @returns the folder that has the binary
 * @throws Error if Go does not build it
 */
export function build({ module, version, main, binary, replace }: GoProgram): string {
  const folder = resolve(cache, `${binary}-${version}`);
  const built = resolve(folder, 'bin');
  if (existsSync(resolve(built, binary))) return built;
  process.stderr.write(`building ${module} ${version}\n`);
  mkdirSync(folder, { recursive: true });
  const lines = [
    'module peer',
    'go 1.26',
    `require ${module} ${version}`,
    ...(replace === undefined ? [] : [`replace ${replace}`]),
  ];
  writeFileSync(resolve(folder, 'go.mod'), `${lines.join('\n\n')}\n`);
  const { status, stderr } = spawnSync(
    'go',
    ['build', '-mod=mod', '-o', 'part/', `${module}${main}`],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 ** 2,
      env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '' },
    },
  );
  if (status !== 0) throw new Error(`go build ${module}: ${stderr.slice(-2000)}`);
  // A build that was interrupted is no build.
  renameSync(resolve(folder, 'part'), built);
  return built;
}
