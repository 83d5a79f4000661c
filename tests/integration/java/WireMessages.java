import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * A message a line on stdin: name, version, 1 if that version is flexible, its bytes in hex, its
 * fields as JSON. Kafka's own classes read both; they must say the same and write the same bytes.
 * Answers OK and the bytes, with an unknown tagged field in each flexible struct, or what is wrong.
 */
public final class WireMessages {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] words) throws IOException {
    StringBuilder answers = new StringBuilder();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String answer;
      try {
        answer = check(line.split(" ", 5));
      } catch (ReflectiveOperationException | RuntimeException | IOException problem) {
        Throwable cause = problem.getCause() == null ? problem : problem.getCause();
        answer = "FAIL " + cause;
      }
      answers.append(answer.replace('\n', ' ')).append('\n');
    }
    System.out.print(answers);
  }

  private static String check(String[] line) throws ReflectiveOperationException, IOException {
    String name = "org.apache.kafka.common.message." + line[0] + "Data";
    short version = Short.parseShort(line[1]);
    byte[] bytes = HexFormat.of().parseHex(line[3]);
    ApiMessage byName = (ApiMessage) Class.forName(name + "JsonConverter")
        .getMethod("read", JsonNode.class, short.class)
        .invoke(null, JSON.readTree(line[4]), version);
    ApiMessage byBytes = (ApiMessage) Class.forName(name).getConstructor().newInstance();
    ByteBufferAccessor in = new ByteBufferAccessor(ByteBuffer.wrap(bytes));
    byBytes.read(in, version);
    if (in.remaining() > 0) {
      return "FAIL " + in.remaining() + " bytes were left over";
    }
    if (!byName.equals(byBytes)) {
      return "FAIL our bytes are " + byBytes + " and our fields are " + byName;
    }
    String written = HexFormat.of().formatHex(write(byName, version));
    if (!written.equals(line[3])) {
      return "FAIL Java writes " + written;
    }
    if (line[2].equals("1")) {
      addUnknownTags(byName);
    }
    return "OK " + HexFormat.of().formatHex(write(byName, version));
  }

  private static byte[] write(ApiMessage message, short version) {
    ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static void addUnknownTags(Message message) throws IllegalAccessException {
    message.unknownTaggedFields().add(new RawTaggedField(99, new byte[0]));
    message.unknownTaggedFields().add(new RawTaggedField(1_000, new byte[] {1, 2, 3}));
    for (Field field : message.getClass().getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) || field.getName().startsWith("_unknown")) {
        continue;
      }
      field.setAccessible(true);
      Object value = field.get(message);
      if (value instanceof Message inner && !isDefaultTagged(inner)) {
        addUnknownTags(inner);
      } else if (value instanceof Collection<?> many) {
        for (Object each : many) {
          if (each instanceof Message inner) {
            addUnknownTags(inner);
          }
        }
      }
    }
  }

  /** A tagged struct is written only when it is not the default; unknown tags would make it another. */
  private static boolean isDefaultTagged(Message inner) {
    try {
      return inner.equals(inner.getClass().getConstructor().newInstance());
    } catch (ReflectiveOperationException impossible) {
      return true;
    }
  }
}
