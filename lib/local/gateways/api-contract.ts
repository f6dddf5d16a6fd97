import { readFile } from 'node:fs/promises';
import { OpenAPIBackend, type Document } from 'openapi-backend';
import { parse } from 'yaml';

/** Where and how a value does not match the document. */
export interface Breach {
  /** Segments from the top, such as `['body', 'slug']`. */
  readonly path: readonly string[];
  readonly message: string;
  /** The JSON schema keyword that failed. */
  readonly keyword: string;
}

/** An OpenAPI document that requests and answers are checked against. */
export interface ApiContract {
  request(
    operationId: string,
    request: {
      readonly method: string;
      readonly path: string;
      readonly query: Readonly<Record<string, string>>;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
    },
  ): Breach[];
  answer(operationId: string, status: number, body: unknown): Breach[];
}

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
  readonly keyword: string;
}

/** Ids are not checked: tests choose their own. */
const formats = {
  uuid: true,
  uri: (text: string) => URL.canParse(text),
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
} as const;

const loaded = new Map<string, Promise<ApiContract>>();

/** Loads `openapi/<file>` beside this module, once. The document is not validated here: a test does that. */
export function apiContract(file: string): Promise<ApiContract> {
  const known = loaded.get(file);
  if (known) return known;
  const contract = load(file);
  loaded.set(file, contract);
  return contract;
}

async function load(file: string): Promise<ApiContract> {
  const text = await readFile(new URL(`openapi/${file}`, import.meta.url), 'utf8');
  const definition = parse(text) as Document;
  const api = new OpenAPIBackend({
    definition,
    strict: true,
    quick: true, // takes an eighth of the time: the document itself is not checked
    coerceTypes: true,
    ajvOpts: { formats },
  });
  await api.init();
  return {
    request: (operationId, request) => {
      const { errors } = api.validator.validateRequest(
        { ...request, query: { ...request.query }, headers: { ...request.headers } },
        operationId,
      );
      return (errors ?? []).map(breachOf);
    },
    answer: (operationId, status, body) => {
      const { errors } = api.validator.validateResponse(body, operationId, status);
      return (errors ?? []).map(breachOf);
    },
  };
}

const breachOf = ({ instancePath, message, keyword }: SchemaError): Breach => ({
  path: instancePath
    .split('/')
    .slice(1)
    .map((segment) => (segment === 'requestBody' ? 'body' : segment)),
  message: message ?? 'is not valid',
  keyword,
});
