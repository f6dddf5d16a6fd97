/** What of package.json, the lock and .npmrc would let in what nobody chose. */

type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Packages whose install scripts run (true) or are denied (false). */
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly inBundle?: boolean;
        readonly hasInstallScript?: boolean;
      }
    >
  >;
}

const exact = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'] as const;

/** A line for each fault. Peer dependencies may be ranges: they are the user's to choose. */
export function supplyChainFaults(
  manifest: Manifest,
  lock: Lock,
  npmrc: string,
): readonly string[] {
  const ranges = kinds.flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).flatMap(([name, version]) =>
      typeof version === 'string' && exact.test(version)
        ? []
        : `package.json: ${kind}.${name} is no exact version`,
    ),
  );
  const { allowScripts = {} } = manifest;
  const allowed = Object.entries(allowScripts).flatMap(([name, isAllowed]) =>
    isAllowed ? `package.json: allowScripts.${name} lets its install scripts run` : [],
  );
  const isStrict = /^strict-allow-scripts *= *true$/m.test(npmrc);
  const locked = Object.entries(lock.packages).flatMap(
    ([path, { inBundle, integrity, ...one }]) => {
      if (path === '') return [];
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return [
        // What a package brings along within itself is covered by that package's own.
        ...(inBundle || integrity?.startsWith('sha512-') ? [] : [`lock: ${path} has no sha512`]),
        ...(one.resolved === undefined || one.resolved.startsWith('https://')
          ? []
          : [`lock: ${path} comes from somewhere else than a registry`]),
        ...(one.hasInstallScript && !Object.hasOwn(allowScripts, name)
          ? [`lock: ${path} has install scripts, and allowScripts says nothing of it`]
          : []),
      ];
    },
  );
  return [
    ...ranges,
    ...allowed,
    ...(isStrict ? [] : ['.npmrc: strict-allow-scripts is not true']),
    ...locked,
  ];
}
