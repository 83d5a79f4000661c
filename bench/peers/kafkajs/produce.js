// kafkajs on the same work as bench_produce: same topics, keys, values and settings (acks -1,
// idempotent, 5 requests in flight). kafkajs has no linger of its own, so this does what its users
// do: collect for as long as the preset lingers, then sendBatch. It prints the same line of JSON.
'use strict';

const fs = require('fs');
const { setTimeout: sleep } = require('timers/promises');
const { Kafka, CompressionTypes, CompressionCodecs, Partitioners, logLevel } = require('kafkajs');
const SnappyCodec = require('kafkajs-snappy');

CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec;

// Snappy in both: kafkajs has LZ4 only through an addon that must be compiled.
const PRESETS = {
  default: { lingerMs: 5, compression: CompressionTypes.Snappy },
  'max-throughput': { lingerMs: 50, compression: CompressionTypes.Snappy },
};
const KEYS = 10000;
const WARM_UP_PER_TOPIC = 64;
const MAX_IN_FLIGHT = 5;
const MAX_PER_BATCH = 10000; // records of one sendBatch: a request must stay below 1 MB a partition

function options() {
  const words = process.argv.slice(2);
  const found = {};
  for (let i = 0; i < words.length; i += 2) found[words[i].replace(/^--/, '')] = words[i + 1];
  return {
    preset: PRESETS[found.preset],
    brokers: found.brokers.split(','),
    topics: Array.from({ length: Number(found.topics) }, (_, i) => `${found['topic-prefix']}.${i}`),
    values: fs.readFileSync(found.values, 'utf8').trimEnd().split('\n').map((v) => Buffer.from(v)),
    records: Number(found.records),
    rate: Number(found.rate || 0),
  };
}

// As Workload::mix in bench/workload.hpp.
function mix(i) {
  const x = Math.imul(i, 2654435761) >>> 0;
  return (x ^ (x >>> 15)) >>> 0;
}

class Batcher {
  constructor(producer, { preset, topics, values }) {
    this.producer = producer;
    this.preset = preset;
    this.topics = topics;
    this.values = values;
    this.keys = Array.from({ length: KEYS }, (_, i) => Buffer.from(`conversation-${i}`));
    this.waiting = [];
    this.underWay = new Set();
    this.delivered = 0;
    this.latencies = [];
  }

  add(i) {
    this.waiting.push({ i, since: performance.now() });
  }

  // Sends what waits; resolves when another batch may follow.
  async send() {
    while (this.waiting.length > 0) {
      if (this.underWay.size >= MAX_IN_FLIGHT) {
        await Promise.race(this.underWay);
        continue;
      }
      const batch = this.waiting.splice(0, MAX_PER_BATCH);
      const sending = this.sendBatch(batch).finally(() => this.underWay.delete(sending));
      this.underWay.add(sending);
    }
  }

  async sendBatch(batch) {
    const perTopic = new Map();
    for (const { i } of batch) {
      const topic = this.topics[mix(i) % this.topics.length];
      if (!perTopic.has(topic)) perTopic.set(topic, []);
      const key = this.keys[mix(i + 7) % KEYS];
      perTopic.get(topic).push({ key, value: this.values[i % this.values.length] });
    }
    await this.producer.sendBatch({
      acks: -1,
      compression: this.preset.compression,
      topicMessages: Array.from(perTopic, ([topic, messages]) => ({ topic, messages })),
    });
    const now = performance.now();
    for (const { since } of batch) this.latencies.push(now - since);
    this.delivered += batch.length;
  }

  async finish() {
    await this.send();
    await Promise.all(this.underWay);
  }
}

async function produce(batcher, { records, rate, preset }) {
  const start = performance.now();
  for (let i = 0; i < records; ) {
    if (rate > 0) {
      const due = Math.min(records, Math.floor(((performance.now() - start) / 1000) * rate) + 1);
      while (i < due) batcher.add(i++);
      await sleep(preset.lingerMs);
    } else {
      const until = Math.min(records, i + MAX_PER_BATCH);
      while (i < until) batcher.add(i++);
    }
    // Paced: what does not fit in flight goes on waiting, and collects.
    if (rate === 0 || batcher.underWay.size < MAX_IN_FLIGHT) await batcher.send();
  }
  await batcher.finish();
}

async function main() {
  const given = options();
  const kafka = new Kafka({
    clientId: 'bench-kafkajs',
    brokers: given.brokers,
    logLevel: logLevel.ERROR,
  });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: MAX_IN_FLIGHT,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const batcher = new Batcher(producer, given);
  for (let i = 0; i < WARM_UP_PER_TOPIC * given.topics.length; i++) batcher.add(i);
  await batcher.finish();
  batcher.delivered = 0;
  batcher.latencies = [];

  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  await produce(batcher, given);
  const wall = (performance.now() - wallBefore) / 1000;
  const used = process.cpuUsage(cpuBefore);
  const cpu = (used.user + used.system) / 1e6;
  if (batcher.delivered !== given.records) {
    throw new Error(`${batcher.delivered} of ${given.records} records were delivered`);
  }
  const sorted = Float64Array.from(batcher.latencies).sort();
  console.log(
    JSON.stringify({
      records: given.records,
      wallSeconds: wall,
      cpuSeconds: cpu,
      cpuSecondsPerMillion: (cpu / given.records) * 1e6,
      recordsPerSecond: given.records / wall,
      p50Ms: sorted[Math.floor(sorted.length * 0.5)],
      p99Ms: sorted[Math.floor(sorted.length * 0.99)],
    }),
  );
  await producer.disconnect();
}

main().catch((error) => {
  console.error(`kafkajs: ${error.stack || error}`);
  process.exit(1);
});
