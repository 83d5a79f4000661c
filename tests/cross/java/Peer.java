import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Java's Avro as a peer: requests and answers as in tests/cross/peer/requests.hpp, of which it knows
 * `resolve` and `canonical`.
 */
public final class Peer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HexFormat HEX = HexFormat.of();

  /** Maps in the order in which they were written, so that writing them again gives equal bytes. */
  private static final class Ordered extends GenericData {
    @Override
    public Object newMap(Object old, int size) {
      return new LinkedHashMap<>();
    }
  }

  public static void main(String[] words) throws IOException {
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
      answers.flush();
    }
  }

  private static ObjectNode answer(JsonNode request) throws IOException {
    switch (request.get("do").asText()) {
      case "resolve":
        return resolve(request);
      case "canonical":
        return canonical(request);
      default:
        throw new IOException("an unknown request");
    }
  }

  private static Schema parse(JsonNode text) {
    return new Schema.Parser().parse(text.asText());
  }

  private static ObjectNode canonical(JsonNode request) {
    ObjectNode answer = JSON.createObjectNode();
    try {
      Schema schema = parse(request.get("schema"));
      answer.put("canonical", SchemaNormalization.toParsingForm(schema));
      answer.put(
          "fingerprint", String.format("%016x", SchemaNormalization.parsingFingerprint64(schema)));
    } catch (RuntimeException problem) {
      answer.put("error", problem.toString());
    }
    return answer;
  }

  private static ObjectNode resolve(JsonNode request) {
    ObjectNode answer = JSON.createObjectNode();
    Schema writer;
    Schema reader;
    try {
      writer = parse(request.get("writer"));
      reader = parse(request.get("reader"));
    } catch (RuntimeException problem) {
      return answer.put("error", problem.toString());
    }
    SchemaCompatibility.SchemaPairCompatibility verdict =
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
    answer.put(
        "compatible",
        verdict.getType() == SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE);
    ArrayNode reasons = answer.putArray("reasons");
    verdict
        .getResult()
        .getIncompatibilities()
        .forEach(each -> reasons.add(each.getType() + " at " + each.getLocation()));
    GenericData data = new Ordered();
    GenericDatumReader<Object> in = new GenericDatumReader<>(writer, reader, data);
    GenericDatumWriter<Object> out = new GenericDatumWriter<>(reader, data);
    ArrayNode results = answer.putArray("results");
    for (JsonNode value : request.get("values")) {
      try {
        byte[] bytes = HEX.parseHex(value.asText());
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        Object held = in.read(null, decoder);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(written, null);
        out.write(held, encoder);
        encoder.flush();
        results.add(HEX.formatHex(written.toByteArray()));
      } catch (IOException | RuntimeException | StackOverflowError problem) {
        results.addObject().put("error", problem.toString());
      }
    }
    return answer;
  }
}
