import { join } from 'node:path';
import { AwsFault, startAwsJson, textOf, type AwsOperation, type Intercept } from '../aws-json.ts';
import { readJsonFile, writeJsonFile } from '../../json-file.ts';

/** A parameter with its stored versions, newest last. */
export interface StoredParameter {
  readonly name: string;
  readonly versions: readonly StoredVersion[];
}

interface StoredVersion {
  readonly version: number;
  readonly value: string;
  readonly labels?: readonly string[];
}

/** Parameter Store on loopback. */
export interface LocalSsm {
  readonly endpoint: string;
  readonly calls: Record<string, number>;
  readonly parameters: ReadonlyMap<string, StoredParameter>;
  readonly close: () => Promise<void>;
}

/** As AWS documents: the newest 100 versions are kept, unless the oldest has a label; a standard parameter holds 4 KB. */
const versionsKept = 100;
const largestValue = 4096;

/**
 * Starts the part of SSM's JSON protocol that keeps parameters. With `folder` its state is stored there in
 * `parameters.json`, mode 0600, in clear text: it is for made-up tokens. Beyond a `throughput` in
 * a second, requests are throttled: at AWS 40 reads and 3 writes by default, 10,000 and 10 at most. Defaults to no limit.
 */
export async function startSsm(
  options: {
    readonly now?: () => number;
    readonly folder?: string;
    readonly intercept?: Intercept;
    readonly throughput?: { readonly reads: number; readonly writes: number };
  } = {},
): Promise<LocalSsm> {
  const { now = Date.now, folder, intercept, throughput } = options;
  const file = folder === undefined ? undefined : join(folder, 'parameters.json');
  const stored = (file === undefined ? [] : readJsonFile(file, [])) as StoredParameter[];
  const parameters = new Map(stored.map((one) => [one.name, one]));
  const save = () => {
    if (file !== undefined) writeJsonFile(file, [...parameters.values()]);
  };

  const recent = { reads: [] as number[], writes: [] as number[] };
  const admit = (kind: keyof typeof recent) => {
    if (throughput === undefined) return;
    recent[kind] = recent[kind].filter((at) => at > now() - 1000);
    if (recent[kind].length >= throughput[kind]) {
      throw new AwsFault('ThrottlingException', 'Rate exceeded');
    }
    recent[kind].push(now());
  };

  const find = (input: Record<string, unknown>): StoredParameter => {
    const found = parameters.get(textOf(input, 'Name') ?? '');
    if (!found) throw new AwsFault('ParameterNotFound', '');
    return found;
  };

  const operations: Record<string, AwsOperation> = {
    GetParameter: (input) => {
      const { name, versions } = find(input);
      const { version, value } = versions.at(-1) ?? { version: 0, value: '' };
      const isClear = input['WithDecryption'] === true;
      const Value = isClear ? value : Buffer.from(value).toString('base64');
      return { Parameter: { Name: name, Type: 'SecureString', Value, Version: version } };
    },
    PutParameter: (input) => {
      const [name = '', value = ''] = [textOf(input, 'Name'), textOf(input, 'Value')];
      if (!/^\/[\w.-]+(\/[\w.-]+)*$/.test(name) || /^\/(aws|ssm)/i.test(name)) {
        throw new AwsFault('ValidationException', 'Parameter name is not valid.');
      }
      if (input['Type'] !== 'SecureString') {
        throw new AwsFault('ValidationException', 'Only SecureString is simulated.');
      }
      if (value === '' || value.length > largestValue) {
        const message =
          'Standard tier parameters support a maximum parameter value of 4096 characters.';
        throw new AwsFault('ValidationException', message);
      }
      const earlier = parameters.get(name)?.versions ?? [];
      if (earlier.length > 0 && input['Overwrite'] !== true) {
        throw new AwsFault('ParameterAlreadyExists', 'The parameter already exists.');
      }
      if (earlier.length >= versionsKept && earlier[0]?.labels) {
        const message = `The oldest version of ${name} has a label, and is not removed for a new one.`;
        throw new AwsFault('ParameterMaxVersionLimitExceeded', message);
      }
      const version = (earlier.at(-1)?.version ?? 0) + 1;
      const versions = [...earlier, { version, value }].slice(-versionsKept);
      parameters.set(name, { name, versions });
      save();
      return { Version: version, Tier: 'Standard' };
    },
    LabelParameterVersion: (input) => {
      const { name, versions } = find(input);
      const labels = Array.isArray(input['Labels']) ? input['Labels'].map(String) : [];
      const labelled = Number(input['ParameterVersion'] ?? versions.at(-1)?.version);
      parameters.set(name, {
        name,
        versions: versions.map((one) => (one.version === labelled ? { ...one, labels } : one)),
      });
      save();
      return { InvalidLabels: [], ParameterVersion: labelled };
    },
    DeleteParameter: (input) => {
      parameters.delete(find(input).name);
      save();
      return {};
    },
  };

  const admitted = Object.entries(operations).map(([name, operation]): [string, AwsOperation] => [
    name,
    (input) => {
      admit(name.startsWith('Get') ? 'reads' : 'writes');
      return operation(input);
    },
  ]);
  const { endpoint, calls, close } = await startAwsJson({
    version: '1.1',
    operations: Object.fromEntries(admitted),
    intercept,
  });
  return { endpoint, calls, parameters, close };
}
