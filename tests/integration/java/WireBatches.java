import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Utils;

/**
 * A record batch a line on stdin, in hex. Kafka's own classes check it, tell what is in it, and write
 * the same records under the same codec: "OK what-is-in-it their-bytes", or what is wrong.
 */
public final class WireBatches {
  private static final HexFormat HEX = HexFormat.of();

  public static void main(String[] words) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String answer;
      try {
        answer = check(HEX.parseHex(line));
      } catch (RuntimeException problem) {
        answer = "FAIL " + problem;
      }
      System.out.println(answer.replace('\n', ' '));
    }
  }

  private static String check(byte[] bytes) {
    MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    StringBuilder text = new StringBuilder();
    ByteBuffer again = null;
    for (MutableRecordBatch batch : records.batches()) {
      if (again != null) {
        return "FAIL more than one batch";
      }
      batch.ensureValid();
      text.append(batch.magic()).append(' ').append(batch.compressionType().name).append(' ')
          .append(batch.producerId()).append(' ').append(batch.producerEpoch()).append(' ')
          .append(batch.baseSequence()).append(' ').append(batch.isTransactional()).append(' ')
          .append(batch.baseOffset()).append(' ').append(batch.lastOffset()).append(' ')
          .append(batch.maxTimestamp()).append(' ').append(batch.countOrNull()).append('|');
      again = rewrite(batch, bytes.length);
      for (Record record : batch) {
        record.ensureValid();
        text.append(record.offset()).append(' ').append(record.timestamp()).append(' ')
            .append(hex(record.key())).append(' ').append(hex(record.value()));
        for (Header header : record.headers()) {
          text.append(' ').append(HEX.formatHex(Utils.utf8(header.key()))).append('=')
              .append(header.value() == null ? "null" : HEX.formatHex(header.value()));
        }
        text.append('|');
      }
    }
    if (again == null) {
      return "FAIL no batch";
    }
    return "OK " + text.toString().replace(' ', ',') + " " + hex(again);
  }

  private static ByteBuffer rewrite(MutableRecordBatch batch, int size) {
    ByteBuffer buffer = ByteBuffer.allocate(Math.max(1024, 2 * size));
    MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, RecordBatch.MAGIC_VALUE_V2,
        Compression.of(batch.compressionType()).build(), TimestampType.CREATE_TIME,
        batch.baseOffset(), RecordBatch.NO_TIMESTAMP, batch.producerId(), batch.producerEpoch(),
        batch.baseSequence(), batch.isTransactional(), -1);
    for (Record record : batch) {
      builder.append(record.timestamp(), record.key(), record.value(), record.headers());
    }
    return builder.build().buffer();
  }

  private static String hex(ByteBuffer buffer) {
    return buffer == null ? "null" : HEX.formatHex(Utils.toArray(buffer.duplicate()));
  }
}
