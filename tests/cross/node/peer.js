// Confluent's client for Node.js as a peer: requests and answers as in tests/cross/peer/requests.hpp,
// with a `type` and a `topic` where ours has an id. Values:
//   Avro      JSON that names the branches of unions, longs and -0 as texts, bytes as ISO-8859-1
//   JSON      as it is
//   Protobuf  the message's own bytes in hex; `descriptors` is a FileDescriptorSet in base64
'use strict';

const readline = require('node:readline');
const avro = require('avsc');
const protobuf = require('@bufbuild/protobuf');
const { FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt');
const confluent = require('@confluentinc/schemaregistry');

const client = new confluent.SchemaRegistryClient({
  baseURLs: [`${process.env.SCHEMA_REGISTRY_URL}/apis/ccompat/v7`],
  createAxiosDefaults: { timeout: 20_000 },
});

// JavaScript's numbers are doubles.
const bigLong = avro.types.LongType.__with({
  fromBuffer: (bytes) => bytes.readBigInt64LE(),
  toBuffer: (number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(number);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value) => typeof value === 'bigint',
  compare: (left, right) => (left < right ? -1 : Number(left > right)),
});
const avroOptions = {
  wrapUnions: 'always',
  typeHook: (schema) => (schema === 'long' || schema.type === 'long' ? bigLong : undefined),
};

const KINDS = {
  AVRO: [confluent.AvroSerializer, confluent.AvroDeserializer, avroOptions],
  JSON: [confluent.JsonSerializer, confluent.JsonDeserializer, { validate: true }],
  PROTOBUF: [confluent.ProtobufSerializer, confluent.ProtobufDeserializer, {}],
};

const real = {
  fromText: (value) => Number(value),
  toText: (value) => (Object.is(value, -0) || !Number.isFinite(value) ? String(value === 0 ? '-0' : value) : value),
};

function avroFrom(type, value) {
  switch (type.typeName) {
    case 'abstract:long': return BigInt(value);
    case 'float': case 'double': return real.fromText(value);
    case 'bytes': case 'fixed': return Buffer.from(value, 'latin1');
    case 'array': return value.map((item) => avroFrom(type.itemsType, item));
    case 'map': return mapped(value, (item) => avroFrom(type.valuesType, item));
    case 'record':
      return Object.fromEntries(type.fields.map((field) => [field.name, avroFrom(field.type, value[field.name])]));
    case 'union:wrapped': {
      if (value === null) return null;
      const [name] = Object.keys(value);
      return { [name]: avroFrom(type.types.find((branch) => branch.branchName === name), value[name]) };
    }
    default: return value;
  }
}

function avroTo(type, value) {
  switch (type.typeName) {
    case 'abstract:long': return String(value);
    case 'float': case 'double': return real.toText(value);
    case 'bytes': case 'fixed': return Buffer.from(value).toString('latin1');
    case 'array': return value.map((item) => avroTo(type.itemsType, item));
    case 'map': return mapped(value, (item) => avroTo(type.valuesType, item));
    case 'record':
      return Object.fromEntries(type.fields.map((field) => [field.name, avroTo(field.type, value[field.name])]));
    case 'union:wrapped': {
      if (value === null) return null;
      const [name] = Object.keys(value);
      return { [name]: avroTo(type.types.find((branch) => branch.branchName === name), value[name]) };
    }
    default: return value;
  }
}

const mapped = (map, change) =>
  Object.fromEntries(Object.entries(map).map(([key, item]) => [key, change(item)]));

// What turns the texts of requests into values of the client, and back.
async function formsOf(request, serializer, info) {
  if (request.type === 'AVRO') {
    const [type] = await serializer.toType(info);
    return {
      from: (text) => avroFrom(type, JSON.parse(text)),
      to: (value) => JSON.stringify(avroTo(type, value)),
    };
  }
  if (request.type === 'PROTOBUF') {
    const set = protobuf.fromBinary(FileDescriptorSetSchema, Buffer.from(request.descriptors, 'base64'));
    const registry = protobuf.createMutableRegistry(protobuf.createFileRegistry(set));
    const message = registry.getMessage(request.message);
    serializer.registry = registry;
    return {
      from: (hex) => protobuf.fromBinary(message, Buffer.from(hex, 'hex')),
      to: (value) => Buffer.from(protobuf.toBinary(registry.getMessage(value.$typeName), value)).toString('hex'),
    };
  }
  return { from: JSON.parse, to: (value) => JSON.stringify(value) };
}

async function results(values, change) {
  const out = [];
  for (const value of values) {
    try {
      out.push(await change(value));
    } catch (problem) {
      out.push({ error: String(problem) });
    }
  }
  return { results: out };
}

// A message knows its file, which is registered; for the others it is the subject's newest schema.
const latest = (type) => ({ useLatestVersion: type !== 'PROTOBUF', autoRegisterSchemas: type === 'PROTOBUF' });
// The deserializer asks for schemas in a form that Apicurio does not give out (format=serialized: 500), and
// finds in the client's cache what was asked for before without it.
async function remember(request) {
  const ids = new Set(request.values.map((hex) => parseInt(hex.slice(2, 10), 16)));
  for (const id of ids) {
    const open = [await client.getBySubjectAndId(`${request.topic}-value`, id)];
    while (open.length > 0) {
      for (const { subject, version } of open.pop().references ?? []) {
        open.push(await client.getSchemaMetadata(subject, version, true));
      }
    }
  }
}

const rules = new confluent.RuleRegistry();

async function answer(request) {
  if (request.do === 'register') {
    const { type, schema, references = [] } = request;
    return { id: await client.register(request.subject, { schemaType: type, schema, references }) };
  }
  const [Serializer, Deserializer, options] = KINDS[request.type];
  const value = confluent.SerdeType.VALUE;
  const serializer = new Serializer(client, value, { ...latest(request.type), ...options }, rules);
  const info = request.type === 'AVRO'
    ? await client.getLatestSchemaMetadata(`${request.topic}-value`) : undefined;
  const forms = await formsOf(request, serializer, info);
  if (request.do === 'encode') {
    return results(request.values, async (text) =>
      (await serializer.serialize(request.topic, forms.from(text))).toString('hex'));
  }
  if (request.do === 'decode') {
    if (request.type === 'PROTOBUF') await remember(request);
    const deserializer = new Deserializer(client, value, options, rules);
    return results(request.values, async (hex) =>
      forms.to(await deserializer.deserialize(request.topic, Buffer.from(hex, 'hex'))));
  }
  throw new Error('an unknown request');
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
  }
}

main();
