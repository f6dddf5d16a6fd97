#!/usr/bin/env node
// Stands in for Prisma's query-engine binary where that cannot be downloaded: speaks the HTTP and GraphQL of
// prisma-client-py to Prisma's own JavaScript client (WASM query compiler, node-postgres). For tests only.
if (process.argv.includes('--version')) {
  process.stdout.write('query-engine ac9d7041ed77bcc8a8dbd2ab6616b39013829574\n');
  process.exit(0);
}
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
delete process.env.PRISMA_CLIENT_ENGINE_TYPE; // prisma-client-py sets it to 'binary'
const require = createRequire(import.meta.url);
const { parse } = require('graphql');
const { PrismaClient, Prisma } = require('./client');
const { PrismaPg } = require('@prisma/adapter-pg');
const port = Number(process.argv[process.argv.indexOf('-p') + 1]);
let url = process.env.DATABASE_URL;
if (process.env.OVERWRITE_DATASOURCES)
  url = JSON.parse(process.env.OVERWRITE_DATASOURCES)[0]?.url ?? url;
const db = new PrismaClient({
  errorFormat: 'minimal',
  adapter: new PrismaPg({ connectionString: url.split('?')[0] }),
});
const models = Object.fromEntries(Prisma.dmmf.datamodel.models.map((m) => [m.name, m]));
const prop = (name) => name[0].toLowerCase() + name.slice(1);
const plain = (n) =>
  n.kind === 'ObjectValue'
    ? Object.fromEntries(n.fields.map((f) => [f.name.value, plain(f.value)]))
    : n.kind === 'ListValue'
      ? n.values.map(plain)
      : n.kind === 'NullValue'
        ? null
        : n.kind === 'IntValue'
          ? Number.isSafeInteger(Number(n.value))
            ? Number(n.value)
            : BigInt(n.value)
          : n.kind === 'FloatValue'
            ? Number(n.value)
            : n.value;
// Json arguments are texts in this protocol
function typed(model, v) {
  if (Array.isArray(v)) return v.map((x) => typed(model, x));
  if (v === null || typeof v !== 'object') return v;
  return Object.fromEntries(
    Object.entries(v).map(([k, x]) => {
      const f = model?.fields.find((g) => g.name === k);
      if (f?.type === 'Json') {
        const one = (t) => {
          if (t === null) return Prisma.DbNull;
          if (typeof t !== 'string') return t;
          const j = JSON.parse(t);
          return j === null ? Prisma.JsonNull : j;
        };
        return [
          k,
          x !== null && typeof x === 'object' && !Array.isArray(x)
            ? Object.fromEntries(Object.entries(x).map(([a, b]) => [a, one(b)]))
            : one(x),
        ];
      }
      if (f?.kind === 'object') return [k, typed(models[f.type], x)];
      return [k, typed(model, x)];
    }),
  );
}
const argsOf = (node, model) =>
  Object.fromEntries(
    (node.arguments ?? []).map((a) => [a.name.value, typed(model, plain(a.value))]),
  );
function select(set, model) {
  return Object.fromEntries(
    set.selections.map((s) => {
      const f = model.fields.find((g) => g.name === s.name.value);
      if (!s.selectionSet) return [s.name.value, true];
      const m = f ? models[f.type] : model;
      return [s.name.value, { ...argsOf(s, m), select: select(s.selectionSet, m) }];
    }),
  );
}
function out(model, v) {
  if (Array.isArray(v)) return v.map((x) => out(model, x));
  if (v === null || v === undefined) return v ?? null;
  if (typeof v === 'bigint') return v.toString();
  if (v instanceof Date) return v.toISOString();
  if (typeof v !== 'object') return v;
  if (Buffer.isBuffer(v) || v instanceof Uint8Array) return Buffer.from(v).toString('base64');
  if (Prisma.Decimal.isDecimal?.(v)) return v.toString();
  return Object.fromEntries(
    Object.entries(v).map(([k, x]) => {
      const f = model?.fields.find((g) => g.name === k);
      if (f?.type === 'Json') return [k, x === null ? null : JSON.stringify(x)];
      return [k, out(f?.kind === 'object' ? models[f.type] : model, x)];
    }),
  );
}
const raw = (v) =>
  v === null || v === undefined
    ? { prisma__type: 'null', prisma__value: null }
    : typeof v === 'boolean'
      ? { prisma__type: 'bool', prisma__value: v }
      : typeof v === 'bigint'
        ? { prisma__type: 'bigint', prisma__value: v.toString() }
        : typeof v === 'number'
          ? { prisma__type: Number.isInteger(v) ? 'int' : 'double', prisma__value: v }
          : v instanceof Date
            ? { prisma__type: 'datetime', prisma__value: v.toISOString() }
            : Array.isArray(v)
              ? { prisma__type: 'array', prisma__value: v.map(raw) }
              : typeof v === 'object'
                ? Prisma.Decimal.isDecimal?.(v)
                  ? { prisma__type: 'decimal', prisma__value: v.toString() }
                  : { prisma__type: 'json', prisma__value: v }
                : { prisma__type: 'string', prisma__value: String(v) };
async function run(c, text) {
  const node = parse(text).definitions[0].selectionSet.selections[0];
  const name = node.name.value;
  const key = node.alias?.value ?? name;
  if (name === 'queryRaw' || name === 'executeRaw') {
    const { query, parameters } = argsOf(node, undefined);
    const p = JSON.parse(
      (parameters ?? '[]').replace(/(?<=[[,]\s*)-?\d{16,}(?=\s*[,\]])/g, (n) => `{"$big":"${n}"}`),
    ).map((v) => (v?.$big === undefined ? v : BigInt(v.$big)));
    if (name === 'executeRaw') return { [key]: await c.$executeRawUnsafe(query, ...p) };
    const rows = await c.$queryRawUnsafe(query, ...p);
    return {
      [key]: rows.map((r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, raw(v)]))),
    };
  }
  const [, verb, modelName, orThrow] =
    /^(createOne|deleteOne|updateOne|upsertOne|createMany|deleteMany|updateMany|aggregate|groupBy|findMany|findFirst|findUnique)(.+?)(OrThrow)?$/.exec(
      name,
    );
  const model = models[modelName];
  const args = argsOf(node, model);
  const t = c[prop(modelName)];
  const sel = node.selectionSet ? select(node.selectionSet, model) : undefined;
  if (verb.endsWith('Many') && verb !== 'findMany') return { [key]: await t[verb](args) };
  if (verb === 'aggregate') {
    const r = await t.aggregate({
      ...args,
      ...Object.fromEntries(Object.entries(sel).map(([k, v]) => [k, v.select])),
    });
    return { [key]: out(model, r) };
  }
  if (verb === 'groupBy') {
    const r = await t.groupBy({
      ...args,
      ...Object.fromEntries(
        Object.entries(sel)
          .filter(([, v]) => v !== true)
          .map(([k, v]) => [k, v.select]),
      ),
    });
    return { [key]: out(model, r) };
  }
  const call =
    { createOne: 'create', deleteOne: 'delete', updateOne: 'update', upsertOne: 'upsert' }[verb] ??
    verb + (orThrow ?? '');
  return { [key]: out(model, await t[call]({ ...args, select: sel })) };
}
const open = new Map();
const fail = (e) => ({
  errors: [
    {
      error: String(e.message),
      user_facing_error: {
        is_panic: false,
        message: String(e.message),
        meta: e.meta ?? {},
        error_code: e.code ?? 'P2010',
      },
    },
  ],
});
const json = (res, body) => {
  const d = JSON.stringify(body, (k, v) => (typeof v === 'bigint' ? v.toString() : v));
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(d);
};
createServer((req, res) => {
  let text = '';
  req
    .on('data', (d) => (text += d))
    .on('end', async () => {
      try {
        if (req.url === '/status') return json(res, { status: 'ok' });
        const tx = /^\/transaction\/(?:(start)|([^/]+)\/(commit|rollback))$/.exec(req.url);
        if (tx?.[1]) {
          const o = JSON.parse(text || '{}');
          const id = randomUUID();
          const t = {};
          await new Promise((ready, bad) => {
            t.done = db.$transaction(
              (c) =>
                new Promise((ok, no) => {
                  open.set(id, Object.assign(t, { c, ok, no }));
                  ready();
                }),
              { maxWait: o.max_wait ?? 2000, timeout: o.timeout ?? 5000 },
            );
            t.done.catch((e) => bad(e)).finally(() => open.delete(id));
          });
          return json(res, { id });
        }
        if (tx) {
          const t = open.get(tx[2]);
          if (t) {
            if (tx[3] === 'commit') t.ok();
            else t.no(new Error('rollback'));
            await t.done.catch(() => {});
          }
          return json(res, {});
        }
        if (req.url !== '/') return json(res, {});
        const body = JSON.parse(text);
        const c = open.get(req.headers['x-transaction-id'])?.c ?? db;
        if (body.batch) {
          const all = [];
          const each = async (k) => {
            for (const b of body.batch) all.push({ data: await run(k, b.query) });
          };
          if (body.transaction && c === db) await db.$transaction((k) => each(k));
          else await each(c);
          return json(res, { batchResult: all });
        }
        json(res, { data: await run(c, body.query) });
      } catch (e) {
        json(res, fail(e));
      }
    });
}).listen(port, 'localhost');
for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => process.exit(0));
