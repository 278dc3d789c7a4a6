package job.avro;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;

/** Confluent's framing: a zero byte, the schema's id in four bytes, the record. */
public final class Frame {
    public static final int LENGTH = 5;

    private Frame() {}

    /** The id of the schema a value was written with. */
    public static int schemaId(byte[] value) {
        if (value.length < LENGTH || value[0] != 0) {
            throw new SerializationException("the value has no schema id before it");
        }
        return ByteBuffer.wrap(value).getInt(1);
    }
}
