package job.avro;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import job.model.Amount;
import job.model.Day;

/** Reads Avro's binary encoding, front to back; what nobody asks for is skipped, not decoded. */
public final class AvroReader {
    private final byte[] bytes;
    private int position;

    public AvroReader(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    public int position() {
        return position;
    }

    /** The bytes between two positions, as they are encoded. */
    public byte[] slice(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    public long readLong() {
        int next = bytes[position++];
        long value = next & 0x7f;
        for (int shift = 7; next < 0; shift += 7) {
            if (shift > 63) {
                throw new IllegalArgumentException("an integer is longer than ten bytes");
            }
            next = bytes[position++];
            value |= (next & 0x7fL) << shift;
        }
        return (value >>> 1) ^ -(value & 1);
    }

    public int readInt() {
        return Math.toIntExact(readLong());
    }

    public boolean readBoolean() {
        return bytes[position++] != 0;
    }

    public byte[] readBytes() {
        int start = span();
        return slice(start, position);
    }

    /** Moves over a string or bytes; whether it is these bytes. */
    public boolean readsAs(byte[] expected) {
        int start = span();
        return Arrays.equals(bytes, start, position, expected, 0, expected.length);
    }

    public String readString() {
        int start = span();
        return new String(bytes, start, position - start, UTF_8);
    }

    public String readStringOrNull() {
        return present() ? readString() : null;
    }

    /** A decimal of scale 8; Amount.NONE for null. */
    public long readAmountOrNone() {
        if (!present()) {
            return Amount.NONE;
        }
        int start = span();
        return Amount.of(bytes, start, position - start);
    }

    /** Days since 1970-01-01; Day.NONE for null. */
    public int readDayOrNone() {
        return present() ? readInt() : Day.NONE;
    }

    /** Whether a union of null and something else holds something. */
    public boolean present() {
        return switch (bytes[position++]) {
            case 0 -> false;
            case 2 -> true;
            default -> throw new IllegalArgumentException("a union has no such branch");
        };
    }

    /** Number of items in the next block of an array, 0 at its end. */
    public int readBlock() {
        int count = readInt();
        if (count < 0) {
            readLong();
            return -count;
        }
        return count;
    }

    public void skipLong() {
        while (bytes[position++] < 0) {
            // every byte but the last has its highest bit set
        }
    }

    public void skipBytes() {
        span();
    }

    /** Skips a union of null and a string, bytes or decimal. */
    public void skipBytesOrNull() {
        if (present()) {
            span();
        }
    }

    /** Skips a union of null and an integer or date. */
    public void skipLongOrNull() {
        if (present()) {
            skipLong();
        }
    }

    /** Moves over a length and as many bytes; where those start. */
    private int span() {
        int length = readInt();
        int start = position;
        if (length < 0 || length > bytes.length - start) {
            throw new IllegalArgumentException("a length leads out of the record");
        }
        position = start + length;
        return start;
    }
}
