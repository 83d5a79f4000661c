import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** Keys in hex, one a line, on stdin; the partition that Kafka's Java client gives each, on stdout. */
public final class Partitions {
  public static void main(String[] words) throws IOException {
    int partitions = Integer.parseInt(words[0]);
    StringBuilder answer = new StringBuilder();
    BufferedReader keys = new BufferedReader(new InputStreamReader(System.in));
    for (String key = keys.readLine(); key != null; key = keys.readLine()) {
      byte[] bytes = HexFormat.of().parseHex(key);
      answer.append(BuiltInPartitioner.partitionForKey(bytes, partitions)).append('\n');
    }
    System.out.print(answer);
  }
}
