package job.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import job.avro.AvroReader;
import job.avro.AvroWriter;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What is remembered of a vendor: number of invoices, sum of their gross amounts, the latest
 * account, and number and request of the latest invoices.
 *
 * <p>The latest invoices stay encoded, oldest first: an invoice is added at the end and the oldest
 * cut off, without a string being made of any of them.
 */
public record History(
    long invoices, BigInteger gross, String iban, int remembered, byte[] recent) {

    private static final int MOST_REMEMBERED = 32;
    private static final BigInteger FIVE = BigInteger.valueOf(5);
    private static final History NEW = new History(0, BigInteger.ZERO, "", 0, new byte[0]);

    public static Serde<History> serde() {
        return Serdes.serdeFrom(
            (topic, history) -> history == null ? null : history.toBytes(),
            (topic, bytes) -> bytes == null ? null : read(bytes));
    }

    /** The history of a vendor, also of one that is not known. */
    public static History orNew(History history) {
        return history == null ? NEW : history;
    }

    /** Whether another request's invoice had the number. */
    boolean hasUsed(String number, String request) {
        byte[] wanted = number.getBytes(UTF_8);
        byte[] own = request.getBytes(UTF_8);
        AvroReader in = new AvroReader(recent, 0);
        for (int left = remembered; left > 0; left--) {
            boolean used = in.readsAs(wanted);
            boolean itself = in.readsAs(own);
            if (used && !itself) {
                return true;
            }
        }
        return false;
    }

    /** Whether an amount is more than five times the average. */
    boolean isFarBelow(long amount) {
        BigInteger together = BigInteger.valueOf(amount).multiply(BigInteger.valueOf(invoices));
        return together.compareTo(gross.multiply(FIVE)) > 0;
    }

    /** The history with one more invoice. */
    History with(long amount, String account, String number, String request) {
        AvroReader in = new AvroReader(recent, 0);
        if (remembered == MOST_REMEMBERED) {
            in.skipBytes();
            in.skipBytes();
        }
        int kept = in.position();
        AvroWriter out = new AvroWriter(recent.length + 64);
        out.writeEncoded(recent, kept, recent.length - kept).writeString(number).writeString(request);
        return new History(
            invoices + 1,
            gross.add(BigInteger.valueOf(amount)),
            account.isEmpty() ? iban : account,
            Math.min(remembered + 1, MOST_REMEMBERED),
            out.toBytes());
    }

    private byte[] toBytes() {
        return new AvroWriter(recent.length + 96)
            .writeLong(invoices)
            .writeBytes(gross.toByteArray())
            .writeString(iban)
            .writeLong(remembered)
            .writeBytes(recent)
            .toBytes();
    }

    private static History read(byte[] bytes) {
        AvroReader in = new AvroReader(bytes, 0);
        return new History(
            in.readLong(),
            new BigInteger(in.readBytes()),
            in.readString(),
            in.readInt(),
            in.readBytes());
    }
}
