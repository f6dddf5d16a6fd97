import { describe, expect, test } from '@jest/globals';
import { recordsOf } from '../../../functions/runtime/event-records.ts';
import { streamWork } from '../../../functions/triggers/stream-work.ts';
import { record } from '../trigger-world.ts';

const ids = (n: number) => Array.from({ length: n }, (_, index) => `server-${index}`);

describe('what a batch of the stream asks for', () => {
  test('rows that were written, changed and removed touch their servers, once each', () => {
    const image = { name: { S: 'x' } };
    const { work, poison } = streamWork([
      record('acme', 'server#a', { NewImage: image }),
      record('acme', 'server#b', { NewImage: image, OldImage: {} }, 'MODIFY'),
      record('acme', 'server#c', { OldImage: image }, 'REMOVE'),
      record('acme', 'server#a', { NewImage: {}, OldImage: image }, 'MODIFY'),
    ]);
    const sequenceNumbers = ['a', 'b', 'c', 'a'].map((id) => `acme/server#${id}`);
    expect(work).toEqual([{ connection: 'acme', servers: ['a', 'b', 'c'], sequenceNumbers }]);
    expect(poison).toEqual([]);
  });

  test('a change that changed nothing touches nothing', () => {
    const image = { spec: { M: { name: { S: 'x' }, tags: { SS: ['a', 'b'] } } } };
    const same = { NewImage: image, OldImage: JSON.parse(JSON.stringify(image)) as typeof image };
    expect(streamWork([record('acme', 'server#a', same, 'MODIFY')])).toEqual({
      work: [],
      poison: [],
    });
  });

  test('a record without images is work, because what changed is unknown', () => {
    const { work } = streamWork([record('acme', 'server#a', {}, 'MODIFY')]);
    expect(work).toMatchObject([{ servers: ['a'] }]);
  });

  test('a row whose content or id does not fit is touched: the pass says what is wrong', () => {
    const rows = [
      record('acme', 'server#a', { NewImage: { spec: { S: 'not even a map' } } }),
      record('acme', 'server#a/b'),
    ];
    expect(streamWork(rows).work).toMatchObject([{ servers: ['a', 'a/b'] }]);
  });

  test('a row of the connection touches all of it, before or after rows of servers', () => {
    for (const items of [
      ['connection', 'server#a'],
      ['server#a', 'connection'],
    ]) {
      const { work } = streamWork(items.map((item) => record('acme', item)));
      const sequenceNumbers = items.map((item) => `acme/${item}`);
      expect(work).toEqual([{ connection: 'acme', sequenceNumbers }]);
    }
  });

  test('ten servers are named, eleven are the whole connection', () => {
    const rows = (n: number) => ids(n).map((id) => record('acme', `server#${id}`));
    expect(streamWork(rows(10)).work[0]?.servers).toEqual(ids(10));
    expect(streamWork(rows(11)).work[0]).not.toHaveProperty('servers');
  });

  test('connections are apart, in the order in which the batch names them', () => {
    const rows = ['beta', 'acme', 'beta'].map((connection, n) =>
      record(connection, `server#s-${n}`),
    );
    expect(streamWork(rows).work).toEqual([
      {
        connection: 'beta',
        servers: ['s-0', 's-2'],
        sequenceNumbers: ['beta/server#s-0', 'beta/server#s-2'],
      },
      { connection: 'acme', servers: ['s-1'], sequenceNumbers: ['acme/server#s-1'] },
    ]);
  });

  test.each([
    ['no keys', { Keys: {} }],
    ['keys that are no text', { Keys: { connection: { N: '1' }, item: { S: 'server#a' } } }],
    ['no sort key', { Keys: { connection: { S: 'acme' } } }],
    ['a bad connection', { Keys: { connection: { S: 'Acme!' }, item: { S: 'server#a' } } }],
    ['another item', { Keys: { connection: { S: 'acme' }, item: { S: 'lease' } } }],
    ['a server without id', { Keys: { connection: { S: 'acme' }, item: { S: 'server#' } } }],
  ])('%s: poison, and the others are served', (_, more) => {
    const { work, poison } = streamWork([
      record('x', 'y', { ...more, SequenceNumber: '7' }),
      record('acme', 'server#a'),
    ]);
    expect(poison).toMatchObject([{ sequenceNumber: '7' }]);
    expect(work).toMatchObject([{ connection: 'acme', servers: ['a'] }]);
  });

  test.each([
    ['without anything in it', {}],
    ['that is not an object', null],
    ['with nothing of the table', { dynamodb: null }],
    ['whose keys are nothing', { dynamodb: { Keys: null, SequenceNumber: 7 } }],
    ['whose key is odd', { dynamodb: { Keys: { connection: null, item: { S: {} } } } }],
  ])('a record %s is poison', (_, odd) => {
    expect(streamWork(recordsOf({ Records: [odd] })).poison).toMatchObject([
      { sequenceNumber: '' },
    ]);
  });
});
