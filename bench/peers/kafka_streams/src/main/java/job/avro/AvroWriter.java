package job.avro;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;
import job.model.Amount;
import job.model.Violation;

/** Writes Avro's binary encoding. */
public final class AvroWriter {
    private byte[] bytes;
    private int size;

    public AvroWriter(int expected) {
        bytes = new byte[expected];
    }

    /** A writer whose bytes begin with Confluent's frame. */
    public static AvroWriter framed(int schemaId, int expected) {
        AvroWriter writer = new AvroWriter(expected);
        writer.bytes[1] = (byte) (schemaId >> 24);
        writer.bytes[2] = (byte) (schemaId >> 16);
        writer.bytes[3] = (byte) (schemaId >> 8);
        writer.bytes[4] = (byte) schemaId;
        writer.size = Frame.LENGTH;
        return writer;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    public AvroWriter writeLong(long value) {
        reserve(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    public AvroWriter writeBoolean(boolean value) {
        return writeByte(value ? 1 : 0);
    }

    /** Writes bytes behind their length. */
    public AvroWriter writeBytes(byte[] value) {
        return writeLong(value.length).writeEncoded(value);
    }

    /** Writes bytes that are encoded already. */
    public AvroWriter writeEncoded(byte[] value) {
        return writeEncoded(value, 0, value.length);
    }

    public AvroWriter writeEncoded(byte[] value, int offset, int length) {
        reserve(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
        return this;
    }

    public AvroWriter writeString(String value) {
        return writeBytes(value.getBytes(UTF_8));
    }

    public AvroWriter writeStringOrNull(String value) {
        return value == null ? writeNull() : writePresent().writeString(value);
    }

    public AvroWriter writeNull() {
        return writeByte(0);
    }

    /** The mark before the value of a union of null and something else. */
    public AvroWriter writePresent() {
        return writeByte(2);
    }

    /** Writes an amount as a decimal, in as few bytes as hold it. */
    public AvroWriter writeAmount(long amount) {
        int length = Amount.lengthOf(amount);
        writeLong(length);
        reserve(length);
        for (int shift = 8 * (length - 1); shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (amount >> shift);
        }
        return this;
    }

    public AvroWriter writeEmptyArray() {
        return writeByte(0);
    }

    public AvroWriter writeArrayEnd() {
        return writeByte(0);
    }

    public AvroWriter writeViolations(List<Violation> violations) {
        if (violations.isEmpty()) {
            return writeEmptyArray();
        }
        writeLong(violations.size());
        for (Violation violation : violations) {
            writeString(violation.rule());
            writeString(violation.message());
            writeLong(violation.severity().ordinal());
            writeStringOrNull(violation.field());
        }
        return writeArrayEnd();
    }

    private AvroWriter writeByte(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
        return this;
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
        }
    }
}
