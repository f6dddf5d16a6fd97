import { describe, expect, test } from '@jest/globals';
import { readDeclarations } from '../../../lib/desired/yaml/declaration-files.ts';
import { desiredFiles } from '../../../lib/desired/yaml/desired-files.ts';
import { StoreError } from '../../../lib/model/errors/store-error.ts';
import { desiredContract } from '../desired-contract.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

desiredContract('Files', async () => {
  const folder = await temporaryFolder();
  const documents = new Map<string, { servers: unknown[] }>();
  let store = Promise.resolve(desiredFiles({ documents: [], issues: [] }));
  let isStale = false;
  const current = () => {
    if (isStale) {
      isStale = false;
      store = folder
        .write('all.json', JSON.stringify([...documents.values()]))
        .then(async (file) => desiredFiles(await readDeclarations([file])));
    }
    return store;
  };
  return {
    desired: {
      connections: async function* () {
        yield* (await current()).connections();
      },
      rows: async (connection, ids) => (await current()).rows(connection, ids),
      countServers: async (connection) => (await current()).countServers(connection),
    },
    put: async (connection, item, value) => {
      isStale = true;
      const document = documents.get(connection) ?? { connection, servers: [] as unknown[] };
      documents.set(connection, document);
      if (item === 'connection') Object.assign(document, value);
      else if (item.startsWith('new#')) document.servers.push(value);
      else document.servers.push({ id: item.slice('server#'.length), ...value });
    },
    close: folder.remove,
  };
});

describe('Files as a DesiredStore', () => {
  const open = async (...texts: string[]) => {
    const folder = await temporaryFolder();
    try {
      const names = await Promise.all(texts.map((text, n) => folder.write(`${n}.yaml`, text)));
      return desiredFiles(await readDeclarations(names));
    } finally {
      await folder.remove();
    }
  };
  const names = async (store: ReturnType<typeof desiredFiles>) => {
    const found: string[] = [];
    for await (const name of store.connections()) found.push(name);
    return found;
  };

  test('rows have no generation, and an invalid server is a row like any other', async () => {
    const store = await open('connection: a\nservers:\n  - id: x\n    wrong: 1\n');
    expect(await names(store)).toEqual(['a']);
    expect(await store.rows('a')).toEqual([
      { item: 'connection', value: {} },
      { item: 'server#x', value: { wrong: 1 } },
    ]);
  });

  test.each(['a: @x', 'servers: []', 'connection: No', '- 7', 'connection: a'])(
    'what cannot be read never looks like nothing there: %j',
    async (text) => {
      const store = await open('connection: a\n', text);
      await expect(names(store)).rejects.toThrow(StoreError);
      await expect(store.rows('a')).rejects.toMatchObject({ code: 'store-malformed' });
      await expect(store.countServers('b')).rejects.toThrow(/1\.yaml:1:\d+ /);
    },
  );

  test.each(['7', '[7]', '[{}]', '[{id: ""}]', '[{id: x}, {id: x}]', '[{id: a#b}]'])(
    'servers that cannot be told apart fail their connection only: %s',
    async (servers) => {
      const store = await open(`connection: a\nservers: ${servers}\n`, 'connection: b\n');
      expect(await names(store)).toEqual(['a', 'b']);
      await expect(store.rows('a')).rejects.toThrow(/0\.yaml:2:\d+ \/servers/);
      await expect(store.countServers('a')).rejects.toThrow(StoreError);
      expect(await store.countServers('b')).toBe(0);
    },
  );
});
