package job.model;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Random;
import job.Check;
import job.avro.AvroReader;
import job.avro.AvroWriter;

/** Amounts against Java's own decimals. */
public final class AmountTest {
    private static final int TRIALS = 200_000;

    private AmountTest() {}

    public static void main(String[] arguments) {
        Random random = new Random(1);
        for (int trial = 0; trial < TRIALS; trial++) {
            long left = amount(random);
            long right = amount(random);
            long divisor = 1 + (amount(random) & Long.MAX_VALUE >> 1);
            checkQuotient(left, right, divisor);
            checkQuotient(left, right, Amount.ONE);
            checkQuotient(left, right, Amount.HUNDRED);
            checkBytes(left);
        }
        checkQuotient(Amount.CENT / 2, Amount.ONE, Amount.ONE);
        checkQuotient(-Amount.CENT / 2, Amount.ONE, Amount.ONE);
        System.out.println("AmountTest passed");
    }

    /** Of any size, half of them with few decimal places. */
    private static long amount(Random random) {
        long any = random.nextLong() >> random.nextInt(64);
        return random.nextBoolean() ? any : any / 10_000 * 10_000;
    }

    private static void checkQuotient(long left, long right, long divisor) {
        BigDecimal cents =
            BigDecimal.valueOf(left)
                .multiply(BigDecimal.valueOf(right))
                .divide(
                    BigDecimal.valueOf(divisor).multiply(BigDecimal.valueOf(Amount.CENT)),
                    0,
                    RoundingMode.HALF_UP);
        BigInteger exact = cents.multiply(BigDecimal.valueOf(Amount.CENT)).toBigIntegerExact();
        Object expected = exact.bitLength() < Long.SIZE ? exact.longValue() : "too large";
        Object found;
        try {
            found = Amount.toCents(left, right, divisor);
        } catch (ArithmeticException error) {
            found = "too large";
        }
        Check.equal(left + " * " + right + " / " + divisor, expected, found);
    }

    private static void checkBytes(long amount) {
        byte[] bytes = new AvroWriter(16).writePresent().writeAmount(amount).toBytes();
        Check.equal("length of " + amount, BigInteger.valueOf(amount).toByteArray().length, bytes.length - 2);
        if (Amount.known(amount)) {
            Check.equal("an amount", amount, new AvroReader(bytes, 0).readAmountOrNone());
        }
    }
}
