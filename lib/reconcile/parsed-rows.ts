import type { parseConnection } from '../core/declarations.ts';
import { canonicalJson } from '../core/json.ts';
import type { Json } from '../core/json.types.ts';
import type { Declared } from '../core/plan-server.ts';
import { Remembered } from '../core/remembered.ts';
import type { Reading } from '../core/remembered.ts';
import type { DesiredRow } from './ports/desired-store.ts';
import type { Account } from './read-desired.ts';

interface Known<T> {
  readonly value: DesiredRow['value'];
  readonly parsed: T;
}

type ParsedConnection = ReturnType<typeof parseConnection>;

/** Rows of all connections; about 1 KB each, of which most is the declaration itself. */
const mostRows = 20_000;

/**
 * What the rows of Desired were parsed to, for as long as the process lives: at the next pass nearly all of them are the same,
 * and to hold a row against the one before takes a tenth of the time that parsing it does. A row is parsed anew when anything
 * in it differs, or in what its connection says of its servers.
 */
export class ParsedRows {
  readonly #connections = new Remembered<Known<ParsedConnection>>(mostRows);
  readonly #servers = new Remembered<Known<Declared>>(mostRows);

  /** Parses a connection's own row, unless it is known. */
  connection(
    name: string,
    row: DesiredRow,
    parse: (row: DesiredRow) => ParsedConnection,
  ): ParsedConnection {
    const reading = this.#connections.of(name);
    const parsed = parsedOnce(reading, row, parse);
    reading.end(true);
    return parsed;
  }

  /** Parses rows of a connection, each by `parse` unless it is known. */
  of({ connection, provider }: Account, parse: (row: DesiredRow) => Declared): RowParser {
    const { name, policy } = connection;
    const about = canonicalJson([provider.name, policy as unknown as Json]);
    const reading = this.#servers.of(name, about);
    return {
      parse: (row) => parsedOnce(reading, row, parse),
      end: (isWhole) => reading.end(isWhole),
    };
  }
}

function parsedOnce<T>(
  reading: Reading<Known<T>>,
  row: DesiredRow,
  parse: (row: DesiredRow) => T,
): T {
  const { item, value } = row;
  const found = reading.get(item);
  if (found && isSame(found.value, value)) return found.parsed;
  const parsed = parse(row);
  reading.set(item, { value, parsed });
  return parsed;
}

export interface RowParser {
  parse(row: DesiredRow): Declared;
  /** Forgets rows that are gone, if `isWhole`: these were all rows of the connection. */
  end(isWhole: boolean): void;
}

/** Whether two values from the store are the same JSON. What is no JSON is a symbol of its own each time, and never is. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}
