import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Java's Avro in script/bench serde: generic records, encoder and decoder used again and again, no
 * registry; the frame is written and skipped. Its texts stay Utf8, which are UTF-8 bytes that nobody
 * has looked at.
 *
 * <p>Serde --values FILE --schema FILE --calls N --warmup N. Prints one line of JSON, as bench_serde.
 */
public final class Serde {
  private interface Call {
    int run(int place) throws IOException;
  }

  private static final byte[] FRAME = {0, 0, 0, 0, 1};
  private static long bytes = 0;

  public static void main(String[] words) throws IOException {
    Map<String, String> options = new TreeMap<>();
    for (int i = 0; i + 1 < words.length; i += 2) {
      options.put(words[i], words[i + 1]);
    }
    int calls = Integer.parseInt(options.get("--calls"));
    int warmup = Integer.parseInt(options.get("--warmup"));
    Schema schema = new Schema.Parser().parse(Files.readString(Path.of(options.get("--schema"))));
    List<GenericRecord> records = records(schema, Path.of(options.get("--values")));

    GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(schema);
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(schema);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    BinaryDecoder[] decoder = new BinaryDecoder[1];
    List<byte[]> encoded = new ArrayList<>();
    Call encode = place -> {
      out.reset();
      out.write(FRAME);
      writer.write(records.get(place), encoder);
      encoder.flush();
      return out.toByteArray().length;
    };
    for (int i = 0; i < records.size(); ++i) {
      encode.run(i);
      encoded.add(out.toByteArray());
    }
    Call decode = place -> {
      byte[] data = encoded.get(place);
      decoder[0] = DecoderFactory.get().binaryDecoder(data, FRAME.length, data.length - FRAME.length,
          decoder[0]);
      return ((CharSequence) reader.read(null, decoder[0]).get("text")).length();
    };
    double[] encoding = measure(calls, warmup, records.size(), encode);
    double[] decoding = measure(calls, warmup, records.size(), decode);
    System.out.printf(
        "{\"encodeNs\":%.1f,\"encodeCpuPerMillion\":%.4f,\"decodeNs\":%.1f,\"decodeCpuPerMillion\":%.4f,"
            + "\"bytes\":%d}%n", encoding[0], encoding[1], decoding[0], decoding[1], bytes);
  }

  private static List<GenericRecord> records(Schema schema, Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<GenericRecord> records = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode message = mapper.readTree(line);
      GenericRecord record = new GenericData.Record(schema);
      for (Schema.Field field : schema.getFields()) {
        JsonNode value = message.get(field.name());
        if (value != null) {
          record.put(field.name(), value.isNumber() ? (Object) value.longValue() : value.textValue());
        }
      }
      records.add(record);
    }
    return records;
  }

  /** Nanoseconds a call, CPU seconds of the process (its compiler and collector too) per million. */
  private static double[] measure(int calls, int warmup, int places, Call call) {
    try {
      for (int i = 0; i < warmup; ++i) {
        bytes += call.run(i % places);
      }
      var process =
          (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long cpu = process.getProcessCpuTime();
      long wall = System.nanoTime();
      for (int i = 0; i < calls; ++i) {
        bytes += call.run(i % places);
      }
      double took = System.nanoTime() - wall;
      return new double[] {took / calls, (process.getProcessCpuTime() - cpu) / 1e3 / calls};
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
