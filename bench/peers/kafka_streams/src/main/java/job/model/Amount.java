package job.model;

import java.math.BigInteger;

/**
 * Exact decimal amounts as longs that count 1/100,000,000 units. What needs more than 64 bits on
 * the way is worked out in more; a result that does not fit is an ArithmeticException.
 */
public final class Amount {
    /** Stands for an amount that is not there. */
    public static final long NONE = Long.MIN_VALUE;
    public static final long ONE = 100_000_000;
    public static final long CENT = ONE / 100;
    public static final long HUNDRED = 100 * ONE;

    private static final long STEP = 10_000;
    private static final long LONGEST_DIVISOR = Long.MAX_VALUE / (CENT / STEP);

    private Amount() {}

    /** The amount in two's complement, highest byte first. */
    public static long of(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (length > Long.BYTES) {
            return new BigInteger(bytes, offset, length).longValueExact();
        }
        long amount = bytes[offset];
        for (int index = offset + 1; index < offset + length; index++) {
            amount = amount << 8 | bytes[index] & 0xff;
        }
        return amount;
    }

    /** The fewest bytes that hold an amount in two's complement. */
    public static int lengthOf(long amount) {
        return (Long.SIZE - Long.numberOfLeadingZeros(amount ^ amount >> 63)) / 8 + 1;
    }

    public static boolean known(long amount) {
        return amount != NONE;
    }

    public static long orZero(long amount) {
        return amount == NONE ? 0 : amount;
    }

    /** left × right ÷ divisor of amounts, rounded to the cent, half away from zero. */
    public static long toCents(long left, long right, long divisor) {
        if (left % STEP == 0 && divisor <= LONGEST_DIVISOR) {
            // Prices have few decimal places, so the product mostly fits into 64 bits.
            long factor = left / STEP;
            long product = factor * right;
            if (Math.multiplyHigh(factor, right) == product >> 63 && product != Long.MIN_VALUE) {
                return Math.multiplyExact(divided(product, divisor * (CENT / STEP)), CENT);
            }
        }
        BigInteger product = BigInteger.valueOf(left).multiply(BigInteger.valueOf(right));
        BigInteger by = BigInteger.valueOf(divisor).multiply(BigInteger.valueOf(CENT));
        BigInteger cents =
            product.abs().shiftLeft(1).add(by).divide(by.shiftLeft(1)).multiply(BigInteger.valueOf(CENT));
        return (product.signum() < 0 ? cents.negate() : cents).longValueExact();
    }

    private static long divided(long numerator, long denominator) {
        long absolute = Math.abs(numerator);
        long quotient = absolute / denominator;
        long rest = absolute % denominator;
        if (rest >= denominator - rest) {
            quotient++;
        }
        return numerator < 0 ? -quotient : quotient;
    }
}
