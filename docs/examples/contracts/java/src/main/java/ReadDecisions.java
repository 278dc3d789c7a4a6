import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints decisions from the beginning: ReadDecisions BOOTSTRAP REGISTRY TOPIC GROUP COUNT. */
public final class ReadDecisions {
    public static void main(String[] args) {
        Map<String, Object> settings = new HashMap<>(Registry.settings(args[1]));
        settings.put("bootstrap.servers", args[0]);
        settings.put("group.id", args[3]);
        settings.put("auto.offset.reset", "earliest");
        // Decisions are written in transactions: without this, aborted ones are read as well.
        settings.put("isolation.level", "read_committed");
        settings.put("key.deserializer", StringDeserializer.class);
        settings.put("value.deserializer", io.apicurio.registry.serde.avro.AvroKafkaDeserializer.class);
        int left = Integer.parseInt(args[4]);
        try (var consumer = new KafkaConsumer<String, GenericRecord>(settings)) {
            consumer.subscribe(List.of(args[2]));
            while (left > 0) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    GenericRecord decision = record.value();
                    // A status that this program does not know must not look like one that it does.
                    boolean mayBePaid = "APPROVED".equals(decision.get("status").toString());
                    System.out.println(record.key() + " " + decision.get("revision") + " "
                        + decision.get("status") + " " + amount(decision) + " " + mayBePaid);
                    left--;
                }
            }
        }
    }

    /** Money is a whole number of 0.00000001. */
    private static BigDecimal amount(GenericRecord decision) {
        ByteBuffer bytes = (ByteBuffer) decision.get("amount");
        if (bytes == null) {
            return null;
        }
        byte[] unscaled = new byte[bytes.remaining()];
        bytes.duplicate().get(unscaled);
        return new BigDecimal(new BigInteger(unscaled), 8).stripTrailingZeros();
    }
}
