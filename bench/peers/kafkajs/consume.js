// kafkajs on the same work as bench_consume: eachBatch, the same checks, the same line of JSON. It
// has no key order of its own: within a partition it runs one record after the other, and for
// asynchronous work each key's records are strung together here, at most --concurrency at once.
'use strict';

const { Kafka, CompressionTypes, CompressionCodecs, logLevel } = require('kafkajs');
const SnappyCodec = require('kafkajs-snappy');

CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec;

const PATIENCE_MS = 180000;

function options() {
  const words = process.argv.slice(2);
  const found = {};
  for (let i = 0; i < words.length; i += 2) found[words[i].replace(/^--/, '')] = words[i + 1];
  return found;
}

// Lets so many through, the others in turn when one gives its place back.
class Places {
  constructor(count) {
    this.free = count;
    this.waiting = [];
  }
  take() {
    if (this.free > 0) {
      this.free -= 1;
      return undefined;
    }
    return new Promise((resolve) => { this.waiting.push(resolve); });
  }
  giveBack() {
    const next = this.waiting.shift();
    if (next) next();
    else this.free += 1;
  }
}

class Checker {
  constructor(records, keys, finished) {
    this.seen = new Uint8Array(records);
    this.last = new Float64Array(keys);
    this.done = 0;
    this.doubled = 0;
    this.disordered = 0;
    this.finished = finished;
  }
  begin(message) {
    this.begun = this.begun || { wall: process.hrtime.bigint(), cpu: process.cpuUsage() };
    const number = parseInt(message.value.subarray(0, 12).toString('latin1'), 10);
    this.doubled += this.seen[number];
    this.seen[number] = 1;
    const key = number % this.last.length;
    if (this.last[key] > number + 1) this.disordered += 1;
    this.last[key] = number + 1;
  }
  end() {
    this.done += 1;
    if (this.done === this.seen.length) this.finished();
  }
  report() {
    const seconds = Number(process.hrtime.bigint() - this.begun.wall) / 1e9;
    const spent = process.cpuUsage(this.begun.cpu);
    const cpu = (spent.user + spent.system) / 1e6;
    const records = this.seen.length;
    const missing = this.seen.reduce((sum, seen) => sum + (seen === 0 ? 1 : 0), 0);
    console.log(JSON.stringify({
      who: 'kafkajs', records, seconds, perSecond: records / seconds, cpuSeconds: cpu,
      cpuPerMillion: (cpu / records) * 1e6, missing, doubled: this.doubled,
      disordered: this.disordered, foreign: 0,
    }));
    return missing === 0 && this.doubled === 0 && this.disordered === 0;
  }
}

function runAtOnce(checker, messages) {
  for (const message of messages) {
    checker.begin(message);
    checker.end();
  }
}

// One key's records one after the other, as all contestants keep them.
async function runAside(checker, messages, places, workMs) {
  const tails = new Map();
  for (const message of messages) {
    const key = message.key.toString('latin1');
    const place = places.take();
    if (place) await place;
    const run = (tails.get(key) || Promise.resolve())
      .then(() => {
        checker.begin(message);
        return new Promise((resolve) => { setTimeout(resolve, workMs); });
      })
      .then(() => {
        checker.end();
        places.giveBack();
      });
    tails.set(key, run);
  }
  await Promise.all(tails.values());
}

async function main() {
  const {
    brokers, topic, group, records, keys = '10000', concurrency = '64', 'work-ms': workMs = '0',
    async = '0',
  } = options();
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const places = new Places(Number(concurrency));
  const checker = await new Promise((resolve) => {
    const made = new Checker(Number(records), Number(keys), () => resolve(made));
    setTimeout(() => resolve(made), PATIENCE_MS);
    consumer.run({
      partitionsConsumedConcurrently: async === '1' ? 16 : 3,
      eachBatch: async ({ batch }) => (async === '1'
        ? runAside(made, batch.messages, places, Number(workMs))
        : runAtOnce(made, batch.messages)),
    });
  });
  process.exit(checker.report() ? 0 : 1);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
