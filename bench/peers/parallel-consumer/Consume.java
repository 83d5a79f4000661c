// Confluent's Parallel Consumer on the same work as bench_consume --mode ours: KEY order, the same
// checks, the same line of JSON.
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class Consume {
  static double cpuSeconds() {
    var os = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return os.getProcessCpuTime() / 1e9;
  }

  static int numberOf(byte[] value) {
    int number = 0;
    for (byte b : value) {
      if (b < '0' || b > '9') break;
      number = number * 10 + b - '0';
    }
    return number;
  }

  public static void main(String[] words) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i + 1 < words.length; i += 2) options.put(words[i].substring(2), words[i + 1]);
    int records = Integer.parseInt(options.get("records"));
    int keys = Integer.parseInt(options.getOrDefault("keys", "10000"));
    double workMs = Double.parseDouble(options.getOrDefault("work-ms", "0"));
    boolean exactly = options.getOrDefault("async", "0").equals("1");
    Properties properties = new Properties();
    properties.put("bootstrap.servers", options.get("brokers"));
    properties.put("group.id", options.get("group"));
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "earliest");
    var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    var processor = ParallelStreamProcessor.createEosStreamProcessor(
        ParallelConsumerOptions.<byte[], byte[]>builder()
            .ordering(ParallelConsumerOptions.ProcessingOrder.KEY)
            .maxConcurrency(Integer.parseInt(options.getOrDefault("concurrency", "64")))
            .commitMode(ParallelConsumerOptions.CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
            .consumer(consumer)
            .build());
    processor.subscribe(List.of(options.get("topic")));
    var seen = new AtomicIntegerArray(records);
    var last = new AtomicLongArray(keys);
    var doubled = new AtomicLong();
    var disordered = new AtomicLong();
    var done = new AtomicLong();
    var begun = new AtomicBoolean();
    var all = new CountDownLatch(1);
    double[] cpu = new double[2];
    long[] wall = new long[2];
    processor.poll(context -> {
      if (!begun.get() && begun.compareAndSet(false, true)) {
        cpu[0] = cpuSeconds();
        wall[0] = System.nanoTime();
      }
      var record = context.getSingleConsumerRecord();
      int number = numberOf(record.value());
      doubled.addAndGet(seen.getAndSet(number, 1));
      if (last.getAndSet(number % keys, number + 1) > number + 1) disordered.incrementAndGet();
      if (workMs > 0) {
        double part = ((record.offset() * 2654435761L) & 0xffffffffL) / 4294967296.0;
        try {
          TimeUnit.NANOSECONDS.sleep((long) ((exactly ? workMs : 2 * workMs * part) * 1e6));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      if (done.incrementAndGet() == records) {
        cpu[1] = cpuSeconds();
        wall[1] = System.nanoTime();
        all.countDown();
      }
    });
    boolean complete = all.await(10, TimeUnit.MINUTES);
    long missing = 0;
    for (int i = 0; i < records; i++) missing += seen.get(i) == 0 ? 1 : 0;
    double seconds = (wall[1] - wall[0]) / 1e9;
    double spent = cpu[1] - cpu[0];
    System.out.printf("{\"who\":\"parallel-consumer\",\"records\":%d,\"seconds\":%.3f,\"perSecond\":%.0f,"
        + "\"cpuSeconds\":%.3f,\"cpuPerMillion\":%.3f,\"missing\":%d,\"doubled\":%d,\"disordered\":%d,"
        + "\"foreign\":0}%n", records, seconds, records / seconds, spent, spent / records * 1e6, missing,
        doubled.get(), disordered.get());
    System.out.flush();
    Runtime.getRuntime().halt(complete && missing == 0 ? 0 : 1);
  }
}
