package job.rules;

import java.util.HashMap;
import java.util.Map;
import job.avro.AvroReader;
import job.avro.AvroWriter;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** What has been billed of a vendor's purchase order: item to quantity. */
public final class Billed {
    private static final int USUAL_SIZE = 256;

    private final Map<String, Long> quantities = new HashMap<>();

    public static Serde<Billed> serde() {
        return Serdes.serdeFrom(
            (topic, billed) -> billed == null ? null : billed.toBytes(),
            (topic, bytes) -> bytes == null ? null : read(bytes));
    }

    /** Adds to an item's quantity; what it is now. */
    long add(String item, long quantity) {
        return quantities.merge(item, quantity, Math::addExact);
    }

    private byte[] toBytes() {
        AvroWriter out = new AvroWriter(USUAL_SIZE).writeLong(quantities.size());
        quantities.forEach((item, quantity) -> out.writeString(item).writeLong(quantity));
        return out.toBytes();
    }

    private static Billed read(byte[] bytes) {
        Billed billed = new Billed();
        AvroReader in = new AvroReader(bytes, 0);
        for (int left = in.readInt(); left > 0; left--) {
            billed.quantities.put(in.readString(), in.readLong());
        }
        return billed;
    }
}
