/** Finds settings in package.json, the lock and .npmrc that would let in code that was not chosen. */

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
      Pick<Manifest, 'dependencies' | 'devDependencies' | 'optionalDependencies'> & {
        readonly resolved?: string;
        readonly integrity?: string;
        readonly inBundle?: boolean;
        readonly hasInstallScript?: boolean;
        /** A link to a folder, which has its own entry. */
        readonly link?: boolean;
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
  /** A folder of this repository: its package.json is checked like the one at the top. */
  const isOurs = (folder: string) =>
    Object.hasOwn(lock.packages, folder) && !/^\.\.|(?:^|\/)node_modules\//.test(folder);
  const isPinned = (version: unknown) =>
    typeof version === 'string' &&
    (exact.test(version) || (version.startsWith('file:') && isOurs(version.slice('file:'.length))));
  const ranges = (one: Manifest, file: string) =>
    kinds.flatMap((kind) =>
      Object.entries(one[kind] ?? {}).flatMap(([name, version]) =>
        isPinned(version) ? [] : `${file}: ${kind}.${name} is no exact version`,
      ),
    );
  const { allowScripts = {} } = manifest;
  const allowed = Object.entries(allowScripts).flatMap(([name, isAllowed]) =>
    isAllowed ? `package.json: allowScripts.${name} lets its install scripts run` : [],
  );
  const isStrict = /^strict-allow-scripts *= *true$/m.test(npmrc);
  const locked = Object.entries(lock.packages).flatMap(
    ([path, { inBundle, integrity, ...one }]) => {
      if (path === '' || (one.link && isOurs(one.resolved ?? ''))) return [];
      if (isOurs(path)) return ranges(one, `${path}/package.json`);
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return [
        // A package that is bundled in another one is covered by the hash of that one.
        ...(inBundle || integrity?.startsWith('sha512-') ? [] : [`lock: ${path} has no sha512`]),
        ...(one.resolved === undefined || one.resolved.startsWith('https://')
          ? []
          : [`lock: ${path} comes from another place than a registry`]),
        ...(one.hasInstallScript && !Object.hasOwn(allowScripts, name)
          ? [`lock: ${path} has install scripts, and allowScripts says nothing of it`]
          : []),
      ];
    },
  );
  return [
    ...ranges(manifest, 'package.json'),
    ...allowed,
    ...(isStrict ? [] : ['.npmrc: strict-allow-scripts is not true']),
    ...locked,
  ];
}
